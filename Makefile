# make            build/classify.so
# make demo       trains on real rows and shows what came of it; with your own:
#                 make demo CSV=file.csv TEXT=column LABEL=column
# make test       every test; make test SAN=address,undefined under sanitizers,
#                 COMMA_LOCALE=1 in a locale whose numbers have a comma
# make fuzz       programs that make up files and texts (tests/fuzz), by clang; FUZZ_SECONDS=20
#                 for each; make fuzz FUZZ="model card" for some of them
# make bench      speed and accuracy; make bench-accuracy PARTS="few oos" SETS=trec6
#                 make bench-peers PYTHON=venv/bin/python: beside Keras, ONNX, fastText
# make encoder    build/encoder, a pretrained encoder of 90 MB, for a part of the demo and
#                 for classify_embedding()
# make install    to PREFIX (/usr/local): the extension; a static library for C programs
# make amalgamation  build/amalgamation/classify.c, the extension in one file
# make dist       build/dist/*/classify.so, for systems without a compiler;
#                 make dist TARGETS=linux-x86_64-gnu
# make wheel      build/wheels/, the Python package and its plugins of sqlite-utils and Datasette;
#                 with one of these libraries, and without the plugins:
#                 make wheel LIBRARY=build/dist/linux-x86_64-gnu/classify.so WHEELS=python
# make npm        build/npm/, the npm packages for Node, Deno and Bun; with those of make dist:
#                 make npm LIBRARY=build/dist
# make web        build/web/, the npm package for browsers: SQLite and the extension as
#                 WebAssembly, by Debian's emscripten; build/page/, a page that learns from a CSV
# make release    build/release/, all that is published; RELEASE_TARGETS=linux-x86_64-gnu
#                 makes it for one of the targets of make dist
#
# demo and test install the Debian packages that they miss, and say so first.

CC     ?= cc
OBJCOPY ?= objcopy
PREFIX ?= /usr/local
SAN    ?=

comma    := ,
BUILD    := build$(if $(SAN),/$(subst $(comma),-,$(SAN)))
ARCH     := $(shell $(CC) -print-multiarch 2>/dev/null)
MACHINE  := $(shell $(CC) -dumpmachine 2>/dev/null)
PROCESSOR := $(firstword $(subst -, ,$(MACHINE)))
# a member that an initialiser leaves out is 0; constants are of enumerations, also where they are multiplied by a float
WARN     := -Wall -Wextra -Wno-missing-field-initializers -Wno-enum-float-conversion -Wshadow -Wconversion
CFLAGS   ?= -O3 -g

# A static OpenBLAS with threads, where Debian and Fedora have it; elsewhere the shared
# one. OPENBLAS= names another file, or flags.
DEBIAN_OPENBLAS := /usr/lib/$(ARCH)/openblas-pthread/libopenblas.a
OPENBLAS ?= $(firstword $(wildcard $(DEBIAN_OPENBLAS) /usr/lib64/libopenblasp.a) -lopenblas)
INCLUDE  := $(patsubst %,-I%,$(wildcard /usr/include/$(ARCH)/openblas-pthread /usr/include/openblas))

# clang's sanitizers come with the program; a shell that loads the extension has none
CLANG_RUNTIME := $(if $(findstring clang,$(CC)),$(dir $(shell $(CC) -print-file-name=libclang_rt.asan-x86_64.so)))
SHARED_SAN    := $(CLANG_RUNTIME:%=-shared-libsan -Wl,-rpath,% -Wno-unused-command-line-argument)

# floats are computed as floats on the processors where C allows more
ALL_CFLAGS = -std=c11 -D_POSIX_C_SOURCE=200809L -fPIC -fno-math-errno -fno-trapping-math -ffp-contract=fast \
             -fno-semantic-interposition -pthread \
             $(if $(filter i%86,$(PROCESSOR)),-msse2 -mfpmath=sse) \
             $(if $(filter s390x,$(PROCESSOR)),-fexcess-precision=fast) \
             -MMD -MP $(WARN) -I$(BUILD) -Imodel -Iext -Itests $(INCLUDE) $(CFLAGS) \
             $(if $(SHARED_OPENBLAS),-DOPENBLAS_IS_SHARED) \
             $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer $(SHARED_SAN))

# OpenBLAS holds kernels for the processors of twenty years. Three are enough:
# the names of the others lead to the nearest, so that only these are linked.
ifeq ($(OPENBLAS) $(filter x86_64%,$(MACHINE)),$(DEBIAN_OPENBLAS) $(MACHINE))
  OLD   := ATHLON BANIAS COPPERMINE KATMAI NORTHWOOD CORE2 PENRYN DUNNINGTON NEHALEM OPTERON \
           OPTERON_SSE3 BARCELONA BOBCAT ATOM NANO SANDYBRIDGE BULLDOZER PILEDRIVER
  AVX2  := STEAMROLLER EXCAVATOR ZEN
  CORES := $(OLD:%=-Wl,--defsym=gotoblas_%=gotoblas_PRESCOTT) \
           $(AVX2:%=-Wl,--defsym=gotoblas_%=gotoblas_HASWELL) \
           -Wl,--defsym=gotoblas_COOPERLAKE=gotoblas_SKYLAKEX
endif
# A static OpenBLAS is linked in. A shared one is linked by programs with libclassify.a as well.
# --wrap: see model/base/matrix.c and model/base/blas_memory.c
SHARED_OPENBLAS := $(if $(filter -l%,$(OPENBLAS)),$(OPENBLAS))
WRAPPED         := $(patsubst %,-Wl$(comma)--wrap=%,getenv blas_memory_alloc blas_memory_free)
# noexecstack: no stack holds code; OpenBLAS's loops for s390x do not say so
STATIC_OPENBLAS := $(if $(SHARED_OPENBLAS),,$(WRAPPED) $(CORES) $(OPENBLAS) -Wl,-z,noexecstack)
SHARED_LIBS     := $(SHARED_OPENBLAS) -lutf8proc -lm -pthread
LIBS            := $(STATIC_OPENBLAS) $(SHARED_LIBS)

MODEL := $(patsubst %.c,$(BUILD)/%.o,$(wildcard model/*/*.c))
EXT   := $(patsubst %.c,$(BUILD)/%.o,$(wildcard ext/*.c ext/*/*.c))

# nodelete: functions may stay registered when loading fails half-way
$(BUILD)/classify.so: $(EXT) $(MODEL) ext/exports.map
	@echo "  link $@"
	@$(CC) -shared $(ALL_CFLAGS) -o $@ $(EXT) $(MODEL) -Wl,--version-script=ext/exports.map \
	  -Wl,--gc-sections -Wl,-z,nodelete $(LIBS)

# The static library: SQLite is in the program (SQLITE_CORE). One object, in which all names but
# those of ext/classify.h are its own; so is the OpenBLAS that is linked statically. With -flto gcc
# must be told to compile it now, as names can be hidden in machine code only.
STATIC_EXT := $(EXT:$(BUILD)/%=$(BUILD)/static/%)
NO_LTO = $(shell $(CC) -flinker-output=nolto-rel -E - < /dev/null > /dev/null 2>&1 && echo -flinker-output=nolto-rel)
$(BUILD)/libclassify.a: $(STATIC_EXT) $(MODEL)
	@echo "  link $@"
	@$(CC) -r -nostdlib $(CFLAGS) $(NO_LTO) -o $(@:.a=.o) $^ $(STATIC_OPENBLAS)
	@$(OBJCOPY) --keep-global-symbol=sqlite3_classify_static_init $(@:.a=.o)
	@rm -f $@
	@$(AR) rcs $@ $(@:.a=.o)

# Says in a sentence what the build misses, before the compiler does in many.
$(BUILD)/requirements:
	@mkdir -p $(@D)
	@tests/requirements "$(CC)" "$(OPENBLAS)" $(INCLUDE) $(filter -I%,$(CFLAGS))
	@touch $@

$(BUILD)/%.o: %.c | $(BUILD)/requirements
	@mkdir -p $(@D)
	@echo "  cc   $<"
	@$(CC) $(ALL_CFLAGS) -c $< -o $@

$(BUILD)/static/%.o: %.c | $(BUILD)/requirements
	@mkdir -p $(@D)
	@echo "  cc   $< (static library)"
	@$(CC) $(ALL_CFLAGS) -DSQLITE_CORE -c $< -o $@

# the statements of sql/schema.sql as a C string; %w takes the schema's name
$(BUILD)/schema.h: sql/schema.sql
	@mkdir -p $(@D)
	@( echo 'static const char SCHEMA_SQL[] ='; \
	  sed 's/ *--.*//; s/{schema}/\\"%w\\"/g; s/.*/  "&\\n"/' $<; echo '  ;' ) > $@
$(BUILD)/ext/models/model_tables.o $(BUILD)/static/ext/models/model_tables.o: $(BUILD)/schema.h

# the style of ext/card/card.css the same way
$(BUILD)/card_style.h: ext/card/card.css
	@mkdir -p $(@D)
	@( echo 'static const char CARD_CSS[] ='; sed 's/["\\]/\\&/g; s/.*/  "&\\n"/' $<; echo '  ;' ) > $@
$(BUILD)/ext/card/card.o $(BUILD)/static/ext/card/card.o: $(BUILD)/card_style.h
$(BUILD)/ext/functions/classify_debug.o $(BUILD)/static/ext/functions/classify_debug.o: \
  ALL_CFLAGS += -DBUILD_FLAGS='"$(strip $(CFLAGS) $(SAN:%=-fsanitize=%))"'

# ---- tests -------------------------------------------------------------------

# tests/unit/ROOM/test_x.c is a program on model/ROOM/x.c; tests/host/test_x.c is one
# that loads the extension as a host would.
UNIT := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*/test_*.c))
HOST := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/host/test_*.c))

$(UNIT): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/tests/unit/support.o $(MODEL)
	@$(CC) $(ALL_CFLAGS) -o $@ $^ -lcmocka $(LIBS)
$(HOST): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/tests/host/support.o $(BUILD)/tests/host/faulty_vfs.o
	@$(CC) $(ALL_CFLAGS) -o $@ $^ -lcmocka -lsqlite3 -lm -pthread

# What -O3 would save when they run it would take when they are compiled.
$(UNIT:=.o) $(HOST:=.o): ALL_CFLAGS += -O1

# what the programs of tests/interop call that is not in SQL
ENCODE := $(BUILD)/tests/interop.d/encode
$(ENCODE): $(ENCODE).o $(MODEL)
	@$(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS)

# tests/run says what COMMA_LOCALE is.
LOCALE := $(if $(filter-out 1,$(COMMA_LOCALE)),$(COMMA_LOCALE),de_DE.UTF-8)
COMMA  := $(if $(COMMA_LOCALE),$(BUILD)/tests/comma_locale.so $(BUILD)/locale/$(LOCALE))
$(BUILD)/tests/comma_locale.so: tests/comma_locale.c
	@mkdir -p $(@D)
	@$(CC) -shared -fPIC -O1 $(WARN) -o $@ $< -ldl
$(BUILD)/locale/%:
	@mkdir -p $(@D)
	@localedef -i $(basename $*) -f $(patsubst .%,%,$(suffix $*)) $@ || { \
	  echo "The locale $* cannot be made. On Debian: apt-get install locales"; exit 1; }

# tests/fuzz/TARGET.c takes bytes from anywhere: here from files, by main.c; in `make fuzz` from libFuzzer.
FUZZ_SHARED  := fuzz mutate main
FUZZ_TARGETS := $(filter-out $(FUZZ_SHARED),$(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c)))
FUZZ_ENGINE  := $(if $(findstring fuzzer,$(SAN)),-fsanitize=fuzzer,$(BUILD)/tests/fuzz/main.o)
FUZZERS      := $(FUZZ_TARGETS:%=$(BUILD)/tests/fuzz/%)
$(FUZZERS): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/tests/fuzz/fuzz.o $(BUILD)/tests/fuzz/mutate.o \
  $(filter %.o,$(FUZZ_ENGINE)) $(STATIC_EXT) $(MODEL)
	@$(CC) $(ALL_CFLAGS) -o $@ $^ $(filter -f%,$(FUZZ_ENGINE)) -Wl,--wrap=pthread_create -lsqlite3 $(LIBS)
$(BUILD)/tests/fuzz/%.o: ALL_CFLAGS += -DSQLITE_CORE

FUZZ         ?= $(FUZZ_TARGETS)
FUZZ_SECONDS ?= 20
FUZZ_BUILD   := CC=clang BUILD=build/fuzz SAN=fuzzer-no-link,address,undefined SHARED_SAN= CFLAGS='-O1 -g'
fuzz:
	@tests/install $(BUILD_PACKAGES) clang
	@$(COMPILE) $(FUZZ_BUILD) $(FUZZ:%=build/fuzz/tests/fuzz/%)
	@tests/fuzz/run build/fuzz $(FUZZ_SECONDS) $(FUZZ)

# Under sanitizers it is make fuzz that reads the corpus.
programs: $(BUILD)/classify.so $(UNIT) $(HOST) $(COMMA) $(if $(SAN),,$(ENCODE) $(FUZZERS) $(BUILD)/libclassify.a)

check: programs
	@tests/run $(BUILD)

# ---- what a newcomer types -----------------------------------------------------

BUILD_PACKAGES := gcc libc6-dev libopenblas-pthread-dev libutf8proc-dev libsqlite3-dev sqlite3
TEST_PACKAGES  := libcmocka-dev

# A make that compiles, on every processor; where make was given a -j, that holds for this one, too.
JOBS   ?= $(shell nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
COMPILE = $(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(JOBS))

# What runs tests has no -j, which a make that they call would get.
test:
	@tests/install $(BUILD_PACKAGES) $(TEST_PACKAGES) $(if $(COMMA_LOCALE),locales)
	@$(COMPILE) programs
	@$(MAKE) --no-print-directory check

demo: export CSV := $(CSV)
demo: export TEXT := $(TEXT)
demo: export LABEL := $(LABEL)
demo:
	@tests/install $(BUILD_PACKAGES)
	@$(COMPILE) $(BUILD)/classify.so
	@sql/demo $(BUILD)/classify "$$CSV" "$$TEXT" "$$LABEL"

encoder:
	@PYTHON="$(PYTHON)" sql/encoder $(BUILD)/encoder

# what OpenBLAS reaches as it is linked here
ROOF := $(BUILD)/tests/bench/peers/roof
$(ROOF): $(ROOF).o $(MODEL)
	@$(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS)

# tests/bench/run lists the parts; PARTS= names some of them
bench: PARTS ?= train classify rows accuracy
bench-accuracy: PARTS ?= accuracy
bench-peers: PARTS ?= peers embeddings
bench bench-accuracy bench-peers:
	@tests/install $(BUILD_PACKAGES) xz-utils
	@$(COMPILE) $(BUILD)/classify.so $(ROOF)
	@tests/bench/run $(BUILD) $(PARTS)

# The library is static, so Libs names what it needs: Libs.private is for shared libraries.
VERSION := $(shell sed -n 's/^.define ABOUT_VERSION "\(.*\)"/\1/p' ext/functions/classify_debug.h)
$(BUILD)/sqlite-classify.pc: packages/amalgamation/sqlite-classify.pc.in ext/functions/classify_debug.h Makefile
	@mkdir -p $(@D)
	@sed 's|@VERSION@|$(VERSION)|; s|@LIBS@|$(strip $(SHARED_LIBS))|' $< > $@

# file:folder
INSTALLED := $(BUILD)/classify.so:lib/sqlite3 $(BUILD)/libclassify.a:lib \
             $(BUILD)/sqlite-classify.pc:lib/pkgconfig ext/classify.h:include
install: $(BUILD)/classify.so $(BUILD)/libclassify.a $(BUILD)/sqlite-classify.pc
	@for each in $(INSTALLED); do \
	  file=$${each%:*} folder="$(DESTDIR)$(PREFIX)/$${each#*:}"; \
	  install -D -m 644 "$$file" "$$folder/$${file##*/}" || { \
	    echo "make install cannot write to $$folder. Run it as root, or name a folder" \
	         "of your own: make install PREFIX=\$$HOME/.local"; exit 1; }; \
	  echo "  $$folder/$${file##*/}"; \
	done

amalgamation: $(BUILD)/schema.h $(BUILD)/card_style.h
	@packages/amalgamation/build $(BUILD)/amalgamation $(BUILD)
	@echo "  $(BUILD)/amalgamation/classify.c"

# PYTHON has pip. Where it has hatchling, nothing is fetched. WHEELS are folders of packages/; the
# wheel of the last is printed last.
PYTHON   ?= python3
LIBRARY  ?= $(BUILD)/classify.so
PLATFORM ?=
WHEELS   ?= sqlite-utils datasette python
# A library that is named is there already; its name may have a blank, which that of a rule may not.
wheel: $(if $(filter file,$(origin LIBRARY)),$(BUILD)/classify.so)
	@LIBRARY="$$(realpath -e "$(LIBRARY)")" && export LIBRARY && \
	  PLATFORM="$(PLATFORM)" $(PYTHON) -m pip wheel --quiet --no-deps -w "$(BUILD)/wheels" \
	  $$($(PYTHON) -c 'import hatchling' 2>/dev/null && echo --no-build-isolation) $(WHEELS:%=./packages/%)
	@ls -tr "$(BUILD)"/wheels/*.whl | tail -n $(words $(WHEELS)) | sed 's/^/  /'

npm: $(if $(filter file,$(origin LIBRARY)),$(BUILD)/classify.so)
	@PLATFORM="$(PLATFORM)" packages/node/build "$(LIBRARY)" "$(BUILD)/npm"

dist:
	@packages/dist/build $(TARGETS)

web:
	@packages/web/build
	@packages/web/page/build

# RELEASE_TARGETS comes from the command line or the environment.
RELEASE_PARTS ?= libraries amalgamation wheels plugins npm web
release: export RELEASE_TARGETS ?=
release:
	@packages/release/build $(RELEASE_PARTS)

clean:
	rm -rf build

.PHONY: programs check fuzz test demo encoder bench bench-accuracy bench-peers install amalgamation dist wheel npm web \
  release clean
.SECONDARY:
-include $(wildcard $(patsubst %.o,%.d,$(MODEL) $(EXT) $(STATIC_EXT) $(ENCODE).o $(UNIT:=.o) $(HOST:=.o) \
           $(FUZZERS:=.o) $(BUILD)/tests/*/support.o $(BUILD)/tests/host/faulty_vfs.o $(FUZZ_SHARED:%=$(BUILD)/tests/fuzz/%.o)))
