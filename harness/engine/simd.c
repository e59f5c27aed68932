/* Which versions of the kernels this process runs: asked once, the same until it ends. */
#include "simd.h"

#include <stdlib.h>
#include <string.h>

static int detect(void)
{
    const char *asked = getenv("KD_SIMD");
    if (asked && strcmp(asked, "off") == 0)
        return 0;
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return 2;
    if (__builtin_cpu_supports("avx2"))
        return 1;
#endif
    return 0;
}

int kdi_simd_level(void)
{
    static int level = -1;
    if (level < 0)
        level = detect();
    return level;
}
