"""The tables of projects, by subject."""

from projects.models_programmes import Procedure, Programme  # noqa: F401  Django looks here
from projects.models_project import (  # noqa: F401  as above
    Activity,
    BudgetLine,
    FundingSource,
    Indicator,
    Partner,
    Project,
    PublicPartManager,
    activity_tree,
)
from projects.papers.models import (  # noqa: F401  as above
    IndicatorValue,
    Obligation,
    PeriodReport,
    ProjectDocument,
)
from projects.spending.models import (  # noqa: F401  as above
    Expense,
    ExpenseShare,
    PaymentRequest,
    ProjectContract,
    Supplier,
)
from projects.spending.models_budget import (  # noqa: F401  as above
    BudgetAnnex,
    BudgetChange,
    FlatRate,
    UnitCost,
)
from projects.spending.models_import import ExpenseImport  # noqa: F401  as above
from projects.staff.models import Position, Workplace  # noqa: F401  as above
