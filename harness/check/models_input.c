/* What the reference networks were fed: images and clouds from formulas, tokens as they are stored.
 * All in double, then as kd_real; i counts elements with channels before places. */
#include "check/models_check.h"
#include "check/models_job.h"
#include "base/medium.h"

#include <math.h>

/* ---- formulas --------------------------------------------------------------------------- */

typedef double rule(int64_t i);

static double image_at(int64_t i)
{
    return sin(0.0137 * (double)i + 0.5 * cos(0.00071 * (double)i));
}

static double noise_at(int64_t i)
{
    return cos(0.021 * (double)i + 0.3 * sin(0.0013 * (double)i));
}

static kd_tensor *images(kd_engine *e, int64_t n, const kd_input *in, rule *at)
{
    kd_tensor *x =
        kdi_tensor(e->step, e, KD_REAL_T, KD_SHAPE(n, in->height, in->width, in->channels));
    int64_t i = 0, pixels = in->height * in->width;
    for (int64_t s = 0; s < n; s++)
        for (int64_t c = 0; c < in->channels; c++)
            for (int64_t p = 0; p < pixels; p++, i++)
                kdi_r(x)[(s * pixels + p) * in->channels + c] = (kd_real)at(i);
    return x;
}

kd_tensor *kdi_golden_images(kd_engine *e, int64_t n, const kd_input *in)
{
    return images(e, n, in, image_at);
}

kd_tensor *kdi_reference_noise(const kdi_model_job *j)
{
    return images(j->engine, j->batch, &j->net->in, noise_at);
}

/* point n of cloud b: a spiral over the sphere, dented; its direction is its normal */
static void point(int64_t b, int64_t n, int64_t points, double *to)
{
    double z = 1 - (2 * (double)n + 1) / (double)points, r = sqrt(1 - z * z);
    double turn = 2.399963229728653 * (double)n + 0.3 * (double)b;
    double s = 0.55 + 0.35 * sin((1.7 + 0.4 * (double)b) * (double)n + 0.9 * (double)b);
    double d[] = { r * cos(turn), r * sin(turn), z };
    to[0] = s * d[0];
    to[1] = s * d[1] * (1 - 0.25 * (double)b);
    to[2] = s * d[2] * (1 - 0.15 * (double)b);
    for (int i = 0; i < 3; i++)
        to[3 + i] = d[i];
}

static kd_tensor *clouds(kd_engine *e, int64_t n, const kd_input *in)
{
    enum { MOST = 6 };
    kd_tensor *x = kdi_tensor(e->step, e, KD_REAL_T, kdi_input_shape(in, n));
    for (int64_t i = 0; i < n * in->points; i++) {
        double at[MOST];
        point(i / in->points, i % in->points, in->points, at);
        for (int64_t c = 0; c < in->channels; c++)
            kdi_r(x)[i * in->channels + c] = (kd_real)at[c < MOST ? c : 0];
    }
    return x;
}

/* ---- stored integers ----------------------------------------------------------------------- */

int kdi_reference_integers(const kdi_model_job *j, const char *name, kd_shape want, kd_tensor **x)
{
    const kd_value *v = kd_get(j->golden, name);
    if (!v || v->kind != KD_V_ARRAY || v->element != KD_I32 || !kd_shape_equal(v->shape, want))
        return kd_error(KD_E_DATA, "%s are not %s int32", name, kd_shape_text(want));
    *x = kdi_tensor(j->engine->step, j->engine, KD_I64_T, want);
    for (int64_t i = 0, n = kd_numel(*x); i < n; i++)
        kd_i64s(*x)[i] = ((const int32_t *)v->data)[i];
    return KD_OK;
}

/* tokens, with their segments beside them where the file has any */
static int tokens(const kdi_model_job *j, kd_tensor **x)
{
    kd_shape s = KD_SHAPE(j->batch, j->net->in.length);
    kd_tensor *segment;
    KD_TRY(kdi_reference_integers(j, "tokens", s, x));
    if (!kd_get(j->golden, "segments"))
        return KD_OK;
    KD_TRY(kdi_reference_integers(j, "segments", s, &segment));
    kd_tensor *both = kdi_tensor(j->engine->step, j->engine, KD_I64_T, KD_SHAPE(s.d[0], s.d[1], 2));
    for (int64_t i = 0, n = kd_numel(*x); i < n; i++) {
        kd_i64s(both)[2 * i] = kd_i64s(*x)[i];
        kd_i64s(both)[2 * i + 1] = kd_i64s(segment)[i];
    }
    *x = both;
    return KD_OK;
}

/* ---- the input ------------------------------------------------------------------------------- */

static int compare_input(const kdi_model_job *j, const kd_tensor *x)
{
    int64_t n;
    const double *want = kdi_doubles(kd_get(j->golden, "x"), &n);
    kdi_compare c = { .tolerance = sizeof(kd_real) == 8 ? 1e-12 : 1e-6, .a = j->a };
    if (!want || n < 4)
        return KD_OK;
    kdi_compare_summary(&c, "x", kdi_reference_order(j, x, kdi_r(x)), kd_numel(x), want, n, false);
    return c.first ? kd_error(KD_E_DATA, "the file's input is another: %s", c.first) : KD_OK;
}

/* what the family takes beside its samples */
static int give(const kdi_model_job *j)
{
    kd_tensor *x;
    if (!j->model->beside)
        return KD_OK;
    KD_TRY(kdi_reference_integers(j, j->model->beside, KD_SHAPE(j->batch), &x));
    kd_net_give(j->net, j->model->beside, x);
    return KD_OK;
}

int kdi_reference_input(const kdi_model_job *j, kd_tensor **x)
{
    const kd_input *in = &j->net->in;
    KD_TRY(give(j));
    if (in->kind == KD_TOKENS)
        return tokens(j, x);
    if (in->kind == KD_POINTS)
        *x = clouds(j->engine, j->batch, in);
    else
        *x = kdi_golden_images(j->engine, j->batch, in);
    return compare_input(j, *x);
}
