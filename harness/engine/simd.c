/* Which versions of the kernels this process runs: asked once, the same until it ends. */
#include "simd.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *word; /* of KD_SIMD */
    int most;
} limits[] = { { "off", 0 }, { "avx2", 1 }, { "avx512", 2 } };

enum { NLIMITS = sizeof limits / sizeof *limits, MOST = 2 };

static int level = -1; /* -1: not asked yet */

static int machine(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return 0;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return 2;
    return 1;
#else
    return 0;
#endif
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* NULL: nothing is asked for */
static const char *asked(void)
{
    const char *word = getenv("KD_SIMD");
    return word && *word ? word : NULL;
}

static int limit(void)
{
    const char *word = asked();
    for (int i = 0; word && i < NLIMITS; i++)
        if (strcmp(word, limits[i].word) == 0)
            return limits[i].most;
    return MOST;
}

const char *kdi_simd_unknown(void)
{
    const char *word = asked();
    for (int i = 0; word && i < NLIMITS; i++)
        if (strcmp(word, limits[i].word) == 0)
            return NULL;
    return word;
}

bool kdi_simd_off(void)
{
    return limit() == 0;
}

bool kdi_simd_held_back(void)
{
    return limit() < machine();
}

const char *kdi_simd_name(void)
{
    static const char *const name[] = { "baseline", "avx2", "avx512" };
    return kdi_simd_off() ? "off" : name[kdi_simd_level()];
}

static int detect(void)
{
    return least(limit(), machine());
}

int kdi_simd_level(void)
{
    if (level < 0)
        level = detect();
    return level;
}

void kdi_simd_limit(int most)
{
    level = least(most, detect());
}
