/* Which versions of the kernels this process runs: asked once, the same until it ends. */
#include "simd.h"

#include <stdlib.h>
#include <string.h>

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

static int detect(void)
{
    const char *asked = getenv("KD_SIMD");
    if (asked && strcmp(asked, "off") == 0)
        return 0;
    if (asked && strcmp(asked, "avx2") == 0)
        return least(1, machine());
    return machine();
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
