# Всички команди на проекта. „make“ без нищо ги изброява.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test test-fast browser interruptions lint format look bench requirements reset clean dev

# Any Python will do: scripts/bootstrap.py finds a new enough one itself and says so if there is none.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c "" >/dev/null 2>&1 && echo "$$p" && break; done)
BOOTSTRAP = $(or $(PYTHON),$(error Python не е намерен: нужен е Python 3.11 или по-нов)) scripts/bootstrap.py
PY := .venv/bin/python
PYTEST := $(PY) -m pytest -n auto --maxprocesses 8
# Neighbours stay in one process, which keeps what they share; whoever is done first takes of the
# other's. Not where tests in a browser come after others: they would mix (tests/plugin_browser.py).
EVENLY := --dist worksteal
WITH_DATABASE := $(PY) -m config.localdb exec --test --
# Extra arguments for pytest: make test ARGS="-k search -x"
ARGS ?=

# Planted values of tests, hashes of packages and of triggers are not secrets of anybody.
NOT_SECRET := --exclude-files "(^|/)(migrations|tests)/|^requirements/.*\.txt$$|^locale/"

help: ## Този списък
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Пуска портала с примерни данни на 127.0.0.1:8000 (друг порт: PORT=8001 make run)
	@$(BOOTSTRAP) run

test: dev ## Всички проверки; в браузър, ако има Chromium (REQUIRE_BROWSER=1: задължително)
	@$(PYTEST) $(ARGS)

test-fast: dev ## Проверките без браузъра
	@$(PYTEST) $(EVENLY) -m "not browser" $(ARGS)

browser: dev ## Само проверките в браузъра
	@$(PYTEST) $(EVENLY) -m browser $(ARGS)

interruptions: dev ## 200 прекъсвания на работата (сесия, мрежа, раздели, натискане, убит сървър) и по 50 убивания при подаване
	@INTERRUPTIONS=all $(PY) -m pytest -s -q tests/journeys/test_interruptions.py tests/journeys/test_submissions_killed.py $(ARGS)

lint: export FRONTOFFICE_MODE = test
lint: dev ## Стил, шаблони, типове, липсващи миграции
	@failed=0; \
	check() { echo "== $$*"; "$$@" || failed=1; }; \
	check $(PY) -m ruff check .; \
	check $(PY) -m ruff format --check .; \
	check $(PY) -m djlint --lint --quiet templates; \
	check $(PY) -m mypy .; \
	echo "== secrets"; git ls-files -z | xargs -0 .venv/bin/detect-secrets-hook $(NOT_SECRET) || failed=1; \
	check $(WITH_DATABASE) $(PY) manage.py makemigrations --check --dry-run; \
	check $(WITH_DATABASE) $(PY) manage.py check --fail-level WARNING; \
	exit $$failed

format: dev ## Подрежда кода
	@$(PY) -m ruff check --fix-only --quiet .
	@$(PY) -m ruff format .

look: dev ## Снима всяка страница във var/look/
	@$(PY) scripts/look.py $(ARGS)

bench: dev ## Колко по-бавни са важните страници с много данни, отколкото с малко (до 3 минути)
	@$(WITH_DATABASE) $(PY) scripts/bench.py

requirements: dev ## Обновява requirements/*.txt (пакети, версии, хешове)
	@for name in base local dev; do \
		CUSTOM_COMPILE_COMMAND="make requirements" $(PY) -m piptools compile --quiet \
			--generate-hashes --allow-unsafe --strip-extras --no-emit-options \
			--no-emit-index-url --no-emit-find-links --no-emit-trusted-host $(ARGS) \
			--output-file requirements/$$name.txt requirements/$$name.in || exit 1; \
	done

reset: ## Изтрива местната база; следващото „make run“ започва отначало
	@$(BOOTSTRAP) install local
	@$(PY) -m config.localdb remove
	@[ -n "$$DATABASE_URL" ] || rm -f "$${VAR_DIR:-var}/secrets.env" # the keys of another database stay

clean: ## Маха .venv и всичко, което се прави наново; базата остава
	@rm -rf .venv var/static var/static.stamp var/look var/postgres-seeds .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

dev:
	@$(BOOTSTRAP) install dev
