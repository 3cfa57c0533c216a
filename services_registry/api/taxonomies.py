"""The registry's classifiers as HSDS taxonomies, their terms, and services by term."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Model, Q

from services_registry.api import schemas
from services_registry.api.identifiers import ROOT, child_id
from services_registry.classifiers import LifeSituation, ServiceKind, TargetGroup
from services_registry.models import Service


@dataclass(frozen=True)
class Classifier:
    """One taxonomy.

    ``link_type`` names what its terms say of a service; ``lookup`` finds services by the code of a
    term and ``has_any`` those with some term. The terms are the rows of ``model``, or the
    ``choices`` of a field of the service.
    """

    link_type: str
    name: str
    description: str
    lookup: str
    has_any: Q = field(default_factory=Q)
    model: type[Model] | None = None
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> UUID:
        return child_id(ROOT, "taxonomy", self.link_type)

    def as_taxonomy(self) -> schemas.Taxonomy:
        return schemas.Taxonomy(id=self.id, name=self.name, description=self.description)

    def term(self, code: str, name: str, description: str = "") -> schemas.TaxonomyTerm:
        """Return the term ``code``, which the description, where there is one, puts plainly."""
        return schemas.TaxonomyTerm(
            id=child_id(self.id, "term", code),
            code=code,
            name=name,
            description=description or name,
            taxonomy=self.name,
            taxonomy_id=self.id,
        )

    def term_of(self, row) -> schemas.TaxonomyTerm:
        """Return the term of a row of ``model``."""
        if isinstance(row, LifeSituation):
            return self.term(row.slug, row.name, row.summary)
        return self.term(row.code, row.name, getattr(row, "hint", "") or row.plain_name)

    def terms(self) -> Iterator[schemas.TaxonomyTerm]:
        """Yield every term, in the order of the classifier; at most one query."""
        if self.model is not None:
            yield from map(self.term_of, self.model._default_manager.all())
        for code, name in self.choices:
            yield self.term(code, str(name))

    def has(self, code: str) -> Q:
        """Return the condition that a service has the term ``code``."""
        wanted = [code] if self.lookup.endswith("__contains") else code
        return Q(**{self.lookup: wanted})


KINDS = Classifier(
    link_type="service_kind",
    name="Видове социални услуги",
    description="Видове според основната дейност по чл. 15 от Закона за социалните услуги.",
    lookup="kinds__code",
    has_any=Q(kinds__isnull=False),
    model=ServiceKind,
)
TARGET_GROUPS = Classifier(
    link_type="target_group",
    name="Целеви групи",
    description="За кого са услугите в регистрите на общините.",
    lookup="target_groups__code",
    has_any=Q(target_groups__isnull=False),
    model=TargetGroup,
)
LIFE_SITUATIONS = Classifier(
    link_type="life_situation",
    name="Житейски ситуации",
    description="Ситуациите, по които гражданите търсят помощ в портала.",
    lookup="life_situations__slug",
    has_any=Q(life_situations__isnull=False),
    model=LifeSituation,
)
SCOPE = Classifier(
    link_type="scope",
    name="Обхват",
    description="Общодостъпни и специализирани услуги по чл. 12 от Закона за социалните услуги.",
    lookup="scope",
    choices=tuple(Service.Scope.choices),
)
SETTINGS = Classifier(
    link_type="setting",
    name="Среда",
    description="Къде се предоставя услугата.",
    lookup="settings__contains",
    has_any=Q(settings__len__gt=0),
    choices=tuple(Service.Setting.choices),
)
FUNCTIONS = Classifier(
    link_type="function",
    name="Функция",
    description="Превантивни, подкрепящи и възстановителни услуги.",
    lookup="functions__contains",
    has_any=Q(functions__len__gt=0),
    choices=tuple(Service.Function.choices),
)
TERMS = Classifier(
    link_type="term",
    name="Срок на ползване",
    description="Краткосрочни, средносрочни и дългосрочни услуги.",
    lookup="terms__contains",
    has_any=Q(terms__len__gt=0),
    choices=tuple(Service.Term.choices),
)
INTENSITIES = Classifier(
    link_type="intensity",
    name="Продължителност през деня",
    description="Колко от деня заема услугата.",
    lookup="intensities__contains",
    has_any=Q(intensities__len__gt=0),
    choices=tuple(Service.Intensity.choices),
)
REFERRAL = Classifier(
    link_type="referral",
    name="Насочване",
    description="Кой насочва към услугата.",
    lookup="referred_by",
    choices=tuple(Service.ReferredBy.choices),
)
CLASSIFIERS = (
    KINDS,
    TARGET_GROUPS,
    LIFE_SITUATIONS,
    SCOPE,
    FUNCTIONS,
    SETTINGS,
    TERMS,
    INTENSITIES,
    REFERRAL,
)


def classifier(taxonomy_id: UUID) -> Classifier | None:
    """Return the classifier with this identifier, None if there is none."""
    return next((one for one in CLASSIFIERS if one.id == taxonomy_id), None)


def all_terms(taxonomy_id: UUID | None = None) -> list[schemas.TaxonomyTerm]:
    """Return the terms of one taxonomy, or of all; one query a classifier with rows."""
    chosen: Iterable[Classifier] = CLASSIFIERS
    if taxonomy_id is not None:
        chosen = filter(None, [classifier(taxonomy_id)])
    return [term for one in chosen for term in one.terms()]


def condition(*, term_id: UUID | None, taxonomy_id: UUID | None) -> Q | None:
    """Return what services with the term, and with any term of the taxonomy, fulfil.

    None stands for nothing: no such term or taxonomy.
    """
    wanted = Q()
    if taxonomy_id is not None:
        found = classifier(taxonomy_id)
        if found is None:
            return None
        wanted &= found.has_any
    if term_id is not None:
        term = next((term for term in all_terms() if term.id == term_id), None)
        if term is None:
            return None
        wanted &= classifier(term.taxonomy_id).has(term.code)
    return wanted


def terms_of(service: Service) -> list[tuple[Classifier, schemas.TaxonomyTerm]]:
    """Return the terms of a service brought with its links prefetched; no query."""
    chosen = [
        (one, one.term_of(row))
        for one, rows in (
            (KINDS, service.kinds),
            (TARGET_GROUPS, service.target_groups),
            (LIFE_SITUATIONS, service.life_situations),
        )
        for row in rows.all()
    ]
    codes = (
        (SCOPE, [service.scope]),
        (FUNCTIONS, service.functions),
        (SETTINGS, service.settings),
        (TERMS, service.terms),
        (INTENSITIES, service.intensities),
        (REFERRAL, [service.referred_by]),
    )
    for one, values in codes:
        names = dict(one.choices)
        chosen += [(one, one.term(code, str(names.get(code, code)))) for code in values]
    return chosen
