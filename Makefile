# SPDX-License-Identifier: MIT
# Every task of Container Bones by name: `make help` lists them.

TOOLS   := unshare-lite nsenter-lite cgset procpeek vmcompare
VERSION := 0.1.0

CC      ?= cc
CFLAGS  ?= -O2 -g
PREFIX  ?= /usr/local
MANDIR  ?= $(PREFIX)/share/man
BUILD   ?= build

# The language, the warnings and the hardening are the project's; CFLAGS is
# left to whoever builds it. WERROR=-Werror is what `make check` adds.
WERROR  ?=
C_FLAGS  = -std=c11 -DBONES_VERSION='"$(VERSION)"' -Itools/lib \
           -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
           -Wmissing-prototypes -Wvla $(WERROR) -fstack-protector-strong

# libsmartcols (util-linux) draws the tables, trees and JSON; libcap names the
# capabilities. The two tools that only make system calls link neither.
LIBS_cgset     := -lsmartcols
LIBS_procpeek  := -lsmartcols -lcap -pthread
LIBS_vmcompare := -lsmartcols

LIB_OBJECTS := $(patsubst tools/lib/%.c,$(BUILD)/obj/lib/%.o,$(wildcard tools/lib/*.c))
PROGRAMS    := $(TOOLS:%=$(BUILD)/bin/%)
C_SOURCES   := $(wildcard tools/*/*.c) tools/template.c
C_FILES     := $(C_SOURCES) $(wildcard tools/*/*.h tests/*/*.[ch])
MAN_PAGES   := $(wildcard tools/*/*.1)
# What says in its first line that it is shell.
SHELL_FILES := $(shell grep -rlE --exclude-dir=node_modules \
    -e '^\#!.*[/ ](ba)?sh$$' -e '^\#!.* bats$$' -e '^\# shellcheck shell=' \
    labs slides chapters tests .ci)
TEXT_FILES  := $(wildcard *.md chapters/*.md slides/*.md)

.PHONY: all
all: $(PROGRAMS) $(BUILD)/template ## build the tools into build/bin

define tool_rule
$(BUILD)/bin/$(1): $(patsubst tools/%.c,$(BUILD)/obj/%.o,$(wildcard tools/$(1)/*.c)) $(LIB_OBJECTS)
	@mkdir -p $$(@D)
	$$(CC) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$^ $(LIBS_$(1))
endef
$(foreach tool,$(TOOLS),$(eval $(call tool_rule,$(tool))))

$(BUILD)/template: $(BUILD)/obj/template.o $(LIB_OBJECTS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

# The Makefile is a prerequisite because the flags live here.
$(BUILD)/obj/%.o: tools/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(C_FLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(patsubst tools/%.c,$(BUILD)/obj/%.d,$(C_SOURCES))

.PHONY: test
test: ## install what the tests need, build, and run all of them
	tests/run

.PHONY: check
check: check-c check-shell check-text ## every linter, warnings as errors

.PHONY: check-c
check-c:
	$(MAKE) BUILD=$(BUILD)/werror WERROR=-Werror all
	clang-format --dry-run -Werror $(C_FILES)
	clang-tidy --quiet $(C_SOURCES) -- $(C_FLAGS)
	cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr -Itools/lib \
	    --enable=warning,performance,portability --suppress=missingIncludeSystem \
	    '-DBONES_VERSION="$(VERSION)"' $(C_SOURCES)

.PHONY: check-shell
check-shell:
	shellcheck -x $(SHELL_FILES)
	shfmt -d -i 4 -ci $(SHELL_FILES)

# nd is a macro of mdoc.
.PHONY: check-text
check-text:
	mandoc -Tlint -W warning $(MAN_PAGES)
	codespell --ignore-words-list=nd --skip='./$(BUILD),./.git,package-lock.json' .

.PHONY: check-docs
check-docs: all ## the chapters' transcripts, excerpts and links are still true
	tests/docs/check-docs

# The drawings are kept, so that the chapters can be read without Graphviz.
.PHONY: diagrams
diagrams: $(patsubst %.dot,%.svg,$(wildcard chapters/img/*.dot)) ## draw the chapters' diagrams

chapters/img/%.svg: chapters/img/%.dot
	dot -Tsvg -o $@ $<

.PHONY: asan
asan: ## the tools with ASan and UBSan, in build/asan/bin
	$(MAKE) BUILD=$(BUILD)/asan \
	    CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer' all

.PHONY: slides
slides: ## the decks as HTML, PDF and PPTX, in build/slides; SCHEME=dark for a dark PDF
	BUILD=$(BUILD) SCHEME=$(SCHEME) slides/build

.PHONY: bench
bench: all ## the tools beside their peers and the floor; BENCH='NAME...' for a few
	tests/bench/run $(BENCH)

.PHONY: fuzz
fuzz: ## the parsers under libFuzzer, FUZZ_SECONDS each; FUZZ='NAME...' for a few
	tests/fuzz/run $(FUZZ)

.PHONY: install
install: all ## install tools and man pages (DESTDIR, PREFIX, MANDIR)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(MANDIR)/man1
	install -m 755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(MAN_PAGES) $(DESTDIR)$(MANDIR)/man1

.PHONY: uninstall
uninstall: ## remove what install put there
	rm -f $(TOOLS:%=$(DESTDIR)$(PREFIX)/bin/%) $(TOOLS:%=$(DESTDIR)$(MANDIR)/man1/%.1)

.PHONY: dist
dist: ## a source archive of the last commit
	@mkdir -p $(BUILD)
	git archive --format=tar.gz --prefix=container-bones-$(VERSION)/ \
	    -o $(BUILD)/container-bones-$(VERSION).tar.gz HEAD

.PHONY: clean
clean: ## remove build/
	rm -rf $(BUILD)

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
