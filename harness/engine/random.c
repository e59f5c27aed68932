/* Counter-based random numbers: Philox4x32-10 (Salmon et al., SC 2011). A draw is a function of
 * (key, stream, counter), so it does not depend on what else was drawn. */
#include "engine.h"

#include <math.h>

static void round_once(uint32_t c[4], const uint32_t k[2])
{
    uint64_t p0 = (uint64_t)0xD2511F53u * c[0], p1 = (uint64_t)0xCD9E8D57u * c[2];
    uint32_t n0 = (uint32_t)(p1 >> 32) ^ c[1] ^ k[0], n2 = (uint32_t)(p0 >> 32) ^ c[3] ^ k[1];
    c[1] = (uint32_t)p1;
    c[3] = (uint32_t)p0;
    c[0] = n0;
    c[2] = n2;
}

void kdi_philox(const uint32_t counter[4], uint64_t key, uint32_t out[4])
{
    uint32_t k[2] = { (uint32_t)key, (uint32_t)(key >> 32) };
    for (int i = 0; i < 4; i++)
        out[i] = counter[i];
    for (int i = 0; i < 10; i++) {
        round_once(out, k);
        k[0] += 0x9E3779B9u;
        k[1] += 0xBB67AE85u;
    }
}

/* mixes two words into one (splitmix64's finaliser) */
static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t z = a + 0x9E3779B97F4A7C15u * (b + 1);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

kd_rng kdi_rng(uint64_t seed, enum kdi_stream stream, uint64_t sub)
{
    return (kd_rng){ .key = mix(seed, (uint64_t)stream), .stream = sub };
}

uint64_t kdi_hash64(const char *s)
{
    uint64_t h = 0xCBF29CE484222325u;
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 0x100000001B3u;
    return h;
}

/* the next n words; a block of four is computed once for all that are taken from it */
static void take(kd_rng *r, int n, uint32_t *word)
{
    for (int i = 0; i < n;) {
        uint64_t block = r->counter / 4;
        uint32_t c[4] = { (uint32_t)block, (uint32_t)(block >> 32), (uint32_t)r->stream,
                          (uint32_t)(r->stream >> 32) };
        uint32_t out[4];
        kdi_philox(c, r->key, out);
        do
            word[i++] = out[r->counter++ % 4];
        while (i < n && r->counter % 4);
    }
}

/* of two words, the first is the high one */
static uint64_t join(const uint32_t word[2])
{
    return (uint64_t)word[0] << 32 | word[1];
}

/* [0,1) */
static double unit(const uint32_t word[2])
{
    return (double)(join(word) >> 11) / 9007199254740992.0;
}

uint32_t kdi_u32(kd_rng *r)
{
    uint32_t word;
    take(r, 1, &word);
    return word;
}

double kdi_uniform01(kd_rng *r)
{
    uint32_t word[2];
    take(r, 2, word);
    return unit(word);
}

/* Box-Muller, one value a call */
double kdi_normal(kd_rng *r)
{
    uint32_t word[4];
    take(r, 4, word);
    double u = 1.0 - unit(word), v = unit(word + 2);
    return sqrt(-2.0 * log(u)) * cos(6.283185307179586477 * v);
}

int64_t kdi_below(kd_rng *r, int64_t n)
{
    KD_ASSERT(n > 0);
    uint64_t bound = (uint64_t)n, limit = UINT64_MAX - UINT64_MAX % bound, x;
    uint32_t word[2];
    do {
        take(r, 2, word);
        x = join(word);
    } while (x >= limit);
    return (int64_t)(x % bound);
}

void kdi_shuffle(kd_rng *r, int64_t *x, int64_t n)
{
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t j = kdi_below(r, i + 1), t = x[i];
        x[i] = x[j];
        x[j] = t;
    }
}
