# make            build/classify.so
# make demo       trains on real rows and shows what came of it
# make test       every test; make test SAN=address,undefined under sanitizers
# make bench      speed and accuracy
# make install    to PREFIX (/usr/local)

CC     ?= cc
PREFIX ?= /usr/local
SAN    ?=
BUILD  := build$(if $(SAN),/$(subst $(comma),-,$(SAN)))
comma  := ,

ARCH     := $(shell $(CC) -print-multiarch 2>/dev/null || $(CC) -dumpmachine)
OPENBLAS := /usr/lib/$(ARCH)/openblas-pthread
INCLUDE  := -I$(BUILD) -I/usr/include/$(ARCH)/openblas-pthread
WARN     := -Wall -Wextra -Wshadow -Wconversion
CFLAGS   ?= -O3 -g
ALL_CFLAGS = -std=c11 -D_POSIX_C_SOURCE=200809L -fPIC -fvisibility=hidden -fno-math-errno \
             -fno-trapping-math -pthread -MMD -MP $(WARN) $(INCLUDE) $(CFLAGS) \
             $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)

# OpenBLAS holds kernels for processors of twenty years. Ours are three; the
# names of the others lead to the nearest one, so that only three are linked.
ifneq ($(filter x86_64%,$(ARCH)),)
  OLD_CORES := ATHLON BANIAS COPPERMINE KATMAI NORTHWOOD CORE2 PENRYN DUNNINGTON NEHALEM OPTERON \
               OPTERON_SSE3 BARCELONA BOBCAT ATOM NANO SANDYBRIDGE BULLDOZER PILEDRIVER
  AVX2_CORES := STEAMROLLER EXCAVATOR ZEN
  CORES := $(foreach c,$(OLD_CORES),-Wl,--defsym=gotoblas_$(c)=gotoblas_PRESCOTT) \
           $(foreach c,$(AVX2_CORES),-Wl,--defsym=gotoblas_$(c)=gotoblas_HASWELL) \
           -Wl,--defsym=gotoblas_COOPERLAKE=gotoblas_SKYLAKEX
endif
# getenv: see model/matrix.c
LIBS := -Wl,--wrap=getenv $(CORES) $(OPENBLAS)/libopenblas.a -lutf8proc -lm -pthread

MODEL := $(patsubst %.c,$(BUILD)/%.o,$(wildcard model/*.c))
EXT   := $(patsubst %.c,$(BUILD)/%.o,$(wildcard ext/*.c))

$(BUILD)/classify.so: $(EXT) $(MODEL)
	$(CC) -shared $(ALL_CFLAGS) -o $@ $^ -Wl,--exclude-libs,ALL -Wl,--gc-sections $(LIBS)

# the statements of sql/schema.sql as a C string; %w takes the schema's name
$(BUILD)/schema.h: sql/schema.sql
	@mkdir -p $(@D)
	( echo 'static const char SCHEMA_SQL[] ='; \
	  sed 's/ *--.*//; s/{schema}/\\"%w\\"/g; s/.*/  "&\\n"/' $<; echo '  ;' ) > $@

$(BUILD)/ext/saving.o: $(BUILD)/schema.h
$(BUILD)/ext/about.o: ALL_CFLAGS += -DBUILD_FLAGS='"$(strip $(CFLAGS) $(if $(SAN),-fsanitize=$(SAN)))"'

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c $< -o $@

clean:
	rm -rf build

.PHONY: clean
-include $(EXT:.o=.d) $(MODEL:.o=.d)
