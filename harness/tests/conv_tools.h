/* conv_tools.h - a convolution's operands and what seven loops in double make of them. */
#ifndef KDI_CONV_TOOLS_H
#define KDI_CONV_TOOLS_H

#include "engine/engine.h"

#include "test.h"

#include <stdlib.h>

/* ---- the formula ----------------------------------------------------------- */

typedef struct operands {
    kdi_conv c;
    int64_t nx, nw, ny;
    kd_real *x, *w, *bias, *dy;   /* given */
    kd_real *y, *dx, *dw, *dbias; /* from a kernel */
    double *y0, *dx0, *dw0, *dbias0;
} operands;

/* visits every product x[xi]*w[wi] of output yi */
static inline void each_product(const operands *o,
                                void (*f)(const operands *, int64_t, int64_t, int64_t))
{
    const kdi_conv *c = &o->c;
    int64_t og = c->oc / c->groups, ig = c->ic / c->groups;
    for (int64_t yi = 0; yi < o->ny; yi++) {
        int64_t oc = yi % c->oc, ox = yi / c->oc % c->ow, oy = yi / c->oc / c->ow % c->oh;
        int64_t n = yi / c->oc / c->ow / c->oh;
        for (int64_t k = 0; k < c->kh * c->kw * ig; k++) {
            int64_t iy = oy * c->stride - c->pad + k / ig / c->kw;
            int64_t ix = ox * c->stride - c->pad + k / ig % c->kw;
            if (iy < 0 || iy >= c->h || ix < 0 || ix >= c->w)
                continue;
            int64_t ic = oc / og * ig + k % ig;
            f(o, ((n * c->h + iy) * c->w + ix) * c->ic + ic, oc * c->kh * c->kw * ig + k, yi);
        }
    }
}

static void product(const operands *o, int64_t xi, int64_t wi, int64_t yi)
{
    o->y0[yi] += (double)o->x[xi] * (double)o->w[wi];
    o->dx0[xi] += (double)o->dy[yi] * (double)o->w[wi];
    o->dw0[wi] += (double)o->dy[yi] * (double)o->x[xi];
}

/* ---- making operands ---------------------------------------------------------- */

static kdi_arena *arena;

static kd_real *reals(int64_t n, kd_rng *rng)
{
    kd_real *x = kdi_alloc(arena, (size_t)n * sizeof *x);
    for (int64_t i = 0; i < n; i++)
        x[i] = rng ? (kd_real)kdi_normal(rng) : (kd_real)NAN;
    return x;
}

static double *zeros(int64_t n)
{
    return kdi_alloc0(arena, (size_t)n * sizeof(double));
}

static inline operands make(kdi_conv c, uint64_t seed)
{
    kd_rng rng = kdi_rng(seed, KDI_STREAM_TEST, 0);
    c.oh = (c.h + 2 * c.pad - c.kh) / c.stride + 1;
    c.ow = (c.w + 2 * c.pad - c.kw) / c.stride + 1;
    operands o = { .c = c,
                   .nx = c.n * c.h * c.w * c.ic,
                   .ny = c.n * c.oh * c.ow * c.oc,
                   .nw = c.oc * c.kh * c.kw * c.ic / c.groups };
    o.x = reals(o.nx, &rng);
    o.w = reals(o.nw, &rng);
    o.bias = reals(c.oc, &rng);
    o.dy = reals(o.ny, &rng);
    o.y = reals(o.ny, NULL);
    o.dx = reals(o.nx, NULL);
    o.dw = reals(o.nw, NULL);
    o.dbias = reals(c.oc, NULL);
    o.y0 = zeros(o.ny);
    o.dx0 = zeros(o.nx);
    o.dw0 = zeros(o.nw);
    o.dbias0 = zeros(c.oc);
    return o;
}

static inline void compute_formula(const operands *o, bool bias)
{
    each_product(o, product);
    for (int64_t i = 0; i < o->ny; i++) {
        o->y0[i] += bias ? (double)o->bias[i % o->c.oc] : 0;
        o->dbias0[i % o->c.oc] += (double)o->dy[i];
    }
}

/* how much further than a direct sum a kernel may be from the formula */
static double growth = 1;

/* float sums of n products of standard normals err by about sqrt(n) * 6e-8 of each */
static inline void near(const kdi_conv *c, const char *what, const kd_real *got, const double *want,
                        int64_t n, int64_t products)
{
    double tolerance = growth * (2e-6 * sqrt((double)products) + 1e-6);
    for (int64_t i = 0; i < n; i++)
        if (!(fabs((double)got[i] - want[i]) <= tolerance * fmax(1, fabs(want[i]))))
            fail_msg("%s of %lldx%lldx%lld, %lld -> %lld channels, kernel %d, stride %d, pad %d, "
                     "%d groups: element %lld is %g, not %g",
                     what, (long long)c->n, (long long)c->h, (long long)c->w, (long long)c->ic,
                     (long long)c->oc, c->kh, c->stride, c->pad, c->groups, (long long)i,
                     (double)got[i], want[i]);
}

static inline void check_all(const operands *o, bool bias)
{
    const kdi_conv *c = &o->c;
    int64_t k = c->kh * c->kw * c->ic / c->groups, pixels = c->n * c->oh * c->ow;
    near(c, "forward", o->y, o->y0, o->ny, k + 1);
    near(c, "backward data", o->dx, o->dx0, o->nx, c->kh * c->kw * c->oc / c->groups);
    near(c, "backward weight", o->dw, o->dw0, o->nw, pixels);
    if (bias)
        near(c, "backward bias", o->dbias, o->dbias0, c->oc, pixels);
}

typedef void kernel(operands *o, bool bias);

static inline void try(kernel *f, kdi_conv c, bool bias)
{
    arena = kdi_arena_new("test");
    operands o = make(c, (uint64_t)(c.ic + 10 * c.kh + 100 * c.stride));
    compute_formula(&o, bias);
    f(&o, bias);
    check_all(&o, bias);
    kdi_arena_free(arena);
}

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* f's result with bias, residual and each activation, and without a residual */
static inline void try_epilogues(void (*f)(const operands *, const kdi_epilogue *), kdi_conv c)
{
    static const enum kd_act act[] = { KD_ACT_NONE, KD_ACT_RELU, KD_ACT_RELU6, KD_ACT_LEAKY };
    arena = kdi_arena_new("test");
    operands o = make(c, 5);
    double *want = zeros(o.ny);
    compute_formula(&o, true);
    for (size_t a = 0; a < 2 * COUNT(act); a++) {
        bool residual = a % 2;
        kdi_epilogue then = { o.bias, residual ? o.dy : NULL, act[a / 2] };
        f(&o, &then);
        for (int64_t i = 0; i < o.ny; i++) {
            double v = o.y0[i] + (residual ? (double)o.dy[i] : 0);
            want[i] = then.act == KD_ACT_RELU    ? fmax(v, 0)
                      : then.act == KD_ACT_RELU6 ? fmin(fmax(v, 0), 6)
                      : then.act == KD_ACT_LEAKY ? fmax(v, 0.1 * v)
                                                 : v;
        }
        near(&o.c, "fused", o.y, want, o.ny, 9 * c.ic + 1);
    }
    kdi_arena_free(arena);
}

#endif
