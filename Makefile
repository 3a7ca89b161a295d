# The two commands to know are `make run` and `make test`; `make` alone lists them all.

PYTHON = .venv/bin/python

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup setup-dev run test lint format train chat demo evaluate bench screenshots meaning questions lock clean

help: ## list what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

setup:
	@python=$$(scripts/find_python.sh) && exec "$$python" -m scripts.setup

setup-dev:
	@python=$$(scripts/find_python.sh) && exec "$$python" -m scripts.setup dev

run: setup ## start the assistant, setting up what is missing; Ctrl-C stops it
	@$(PYTHON) -m scripts.ports
	@$(PYTHON) -m scripts.check_data
	@$(PYTHON) -m bot.records migrate
	@$(PYTHON) -m bot.booking
	@$(PYTHON) -m scripts.train
	@exec $(PYTHON) -m scripts.start

test: setup-dev train ## run all the tests
	@scripts/test.sh

lint: setup-dev ## check style, types and the conversation data
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	@# side by side: each takes one core
	@$(PYTHON) -m scripts.validate & $(PYTHON) -m mypy; typed=$$?; wait $$! && exit $$typed

format: setup-dev ## put the code in the one format
	$(PYTHON) -m ruff check --fix --exit-zero --quiet
	$(PYTHON) -m ruff format

train: setup ## train the model, if what it is made from has changed
	@$(PYTHON) -m scripts.train

chat: setup ## talk with the running assistant in this terminal
	@$(PYTHON) -m scripts.chat

meaning: setup ## teach the crisis screen from data/crisis/lines, when they have changed
	@$(PYTHON) -m scripts.train_meaning

questions: setup ## tune the sentence model to data/nlu, when many lines were added
	@$(PYTHON) -m scripts.train_questions

demo: setup ## fill the staff console with made-up people, and say how to sign in
	@$(PYTHON) -m bot.records migrate
	@$(PYTHON) -m scripts.demo

screenshots: setup-dev train ## make the pictures in docs/screenshots anew
	@$(PYTHON) -m scripts.screenshots

evaluate: setup-dev train ## measure how well it understands, into docs/evaluation.md
	@$(PYTHON) -m measuring.evaluation

bench: setup-dev train ## measure how quick it is, into docs/benchmarks.md
	@$(PYTHON) -m measuring.bench

lock: ## pin the newest of requirements.in and requirements-dev.in that fit
	@scripts/lock.sh --upgrade

clean: ## remove what can be made again; var/, with its data, is kept
	rm -rf .venv .uv .rasa models .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
