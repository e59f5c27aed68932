/* What networks of sequences are made of, against values worked out by hand and plain loops. */
#include "tests/engine_tools.h"

static kd_tensor *numbers(kd_engine *e, kd_shape s, uint64_t which)
{
    kd_rng rng = kdi_rng(which, KDI_STREAM_TEST, 4);
    kd_tensor *x = kdi_tensor(e->step, e, KD_REAL_T, s);
    kd_fill_normal(x, &rng, 0, 1);
    return x;
}

static double at3(const kd_tensor *x, int64_t i, int64_t j, int64_t k)
{
    return (double)kdi_r(x)[(i * x->shape.d[1] + j) * x->shape.d[2] + k];
}

/* ---- layer-norm, GELU, embedding ------------------------------------------------------ */

TEST("layer-norm gives each row mean 0 and variance 1, then weight and bias")
{
    kd_engine *e = engine();
    kd_tensor *x = TENSOR(e, KD_SHAPE(2, 4), 1, 1, 3, 3, -5, 5, -5, 5);
    kd_tensor *w = TENSOR(e, KD_SHAPE(4), 1, 2, 1, 1), *b = TENSOR(e, KD_SHAPE(4), 0, 0, 0, 5);
    CHECK_TENSOR(kd_layer_norm(x, w, b, 0), KD_SHAPE(2, 4), -1, -2, 1, 6, -1, 2, -1, 6);
}

TEST("a row of equal numbers becomes the bias, as eps is not 0")
{
    kd_engine *e = engine();
    kd_tensor *x = TENSOR(e, KD_SHAPE(1, 3), 7, 7, 7), *w = TENSOR(e, KD_SHAPE(3), 1, 2, 3);
    kd_tensor *y = kd_layer_norm(x, w, TENSOR(e, KD_SHAPE(3), 0.5, 0, -1), (kd_real)1e-5);
    CHECK_TENSOR(y, KD_SHAPE(1, 3), 0.5, 0, -1);
}

TEST("GELU is x times the normal distribution, near and far from 0, and the tanh form is close")
{
    kd_engine *e = engine();
    kd_tensor *x = kdi_tensor(e->step, e, KD_REAL_T, KD_SHAPE(401));
    for (int i = 0; i < 401; i++)
        kdi_r(x)[i] = (kd_real)(i - 200) / 20;
    kd_tensor *y = kd_gelu(x), *z = kd_gelu_tanh(x);
    for (int i = 0; i < 401; i++) {
        double v = (double)kdi_r(x)[i], want = v * 0.5 * erfc(-v / sqrt(2));
        /* a tail's exponent, -v*v/2, is rounded */
        CHECK_NEAR((double)kdi_r(y)[i], want, 5e-7 * (1 + v * v / 2) * fabs(want));
        double u = sqrt(2 / acos(-1)) * (v + 0.044715 * v * v * v);
        CHECK_NEAR((double)kdi_r(z)[i], 0.5 * v * (1 + tanh(u)), CLOSE * fmax(1, fabs(v)));
    }
}

TEST("an embedding gives its weight's rows, and only those get a gradient")
{
    kd_engine *e = engine();
    kd_rng rng = kdi_rng(1, KDI_STREAM_WEIGHTS, 0);
    kd_layer *l = kd_embedding_new(kdi_scope_root(e, "embedding", &rng), "tok", 4, 2);
    kd_tensor *weight = kd_layer_tensor(l, "weight");
    for (int i = 0; i < 8; i++)
        kdi_r(weight)[i] = (kd_real)i;
    kd_tensor *y = kd_apply(l, I64S(e, KD_SHAPE(2, 2), 3, 0, 3, 1));
    CHECK_TENSOR(y, KD_SHAPE(2, 2, 2), 6, 7, 0, 1, 6, 7, 2, 3);
    kd_tensor *scale = TENSOR(e, KD_SHAPE(2, 2, 1), 1, 2, 3, 4);
    CHECK_INT(kdi_backward_from(kd_sum(kd_mul(y, scale))), KD_OK);
    CHECK_GRADIENT(weight, 2, 2, 4, 4, 0, 0, 4, 4);
}

TEST("a gather with zeros has zeros where the index is -1")
{
    kd_engine *e = engine();
    kd_tensor *table = TENSOR(e, KD_SHAPE(2, 2), 1, 2, 3, 4);
    kd_tensor *y = kd_gather_or_zero(table, I64S(e, KD_SHAPE(3), 1, -1, 0));
    CHECK_TENSOR(y, KD_SHAPE(3, 2), 3, 4, 0, 0, 1, 2);
    CHECK(kd_is_poisoned(kd_gather_or_zero(table, I64S(e, KD_SHAPE(1), 2))));
    CHECK_HAS(kd_error_message(), "index 0 is 2, must be -1 to 1");
}

/* ---- attention ------------------------------------------------------------------------------ */

/* softmax over the keys that row r may look at; how many they are */
static int look(kd_tensor *const *qkv, const kd_tensor *mask, bool causal, int64_t n, int64_t r,
                int64_t from, int64_t size, double *p)
{
    int64_t length = kd_dim(qkv[0], 1);
    double sum = 0;
    int keys = 0;
    for (int64_t k = 0; k < length; k++) {
        bool seen = (!mask || kdi_r(mask)[n * length + k] != 0) && !(causal && k > r);
        double dot = 0;
        for (int64_t c = from; c < from + size; c++)
            dot += at3(qkv[0], n, r, c) * at3(qkv[1], n, k, c);
        p[k] = seen ? exp(dot / sqrt((double)size)) : 0;
        sum += p[k];
        keys += seen;
    }
    for (int64_t k = 0; keys && k < length; k++)
        p[k] /= sum;
    return keys;
}

static void check_attention(kd_tensor *const *qkv, kd_tensor *y, int heads, const kd_tensor *mask,
                            bool causal)
{
    int64_t length = kd_dim(y, 1), size = kd_channels(y) / heads;
    double p[64];
    CHECK(!kd_is_poisoned(y) && length <= 64);
    for (int64_t n = 0; n < kd_dim(y, 0); n++)
        for (int64_t r = 0; r < length; r++)
            for (int64_t c = 0; c < kd_channels(y); c++) {
                double want = 0;
                int keys = look(qkv, mask, causal, n, r, c / size * size, size, p);
                for (int64_t k = 0; keys && k < length; k++)
                    want += p[k] * at3(qkv[2], n, k, c);
                CHECK_NEAR(at3(y, n, r, c), want, 5e-6);
            }
}

TEST("attention is what three loops say, with a mask, causal, and with nothing to look at")
{
    kd_engine *e = engine();
    kd_tensor *qkv[3], *mask = kdi_tensor(e->step, e, KD_REAL_T, KD_SHAPE(3, 19));
    for (int i = 0; i < 3; i++)
        qkv[i] = numbers(e, KD_SHAPE(3, 19, 12), (uint64_t)i);
    for (int i = 0; i < 3 * 19; i++)
        kdi_r(mask)[i] = i >= 19 && i % 5 != 0 ? 1 : 0; /* the first sample sees nothing */
    check_attention(qkv, kd_attention(qkv[0], qkv[1], qkv[2], 3, NULL, false), 3, NULL, false);
    check_attention(qkv, kd_attention(qkv[0], qkv[1], qkv[2], 4, mask, false), 4, mask, false);
    check_attention(qkv, kd_attention(qkv[0], qkv[1], qkv[2], 2, mask, true), 2, mask, true);
}

TEST("packed sequences attend as each would by itself")
{
    kd_engine *e = engine();
    kd_tensor *x = numbers(e, KD_SHAPE(11, 24), 5);
    kd_tensor *offset = I64S(e, KD_SHAPE(4), 0, 7, 7, 11);
    kd_tensor *all = kd_self_attention(x, offset, 2, false);
    static const int64_t part[][2] = { { 0, 7 }, { 7, 11 } };
    for (int i = 0; i < 2; i++) {
        int64_t from = part[i][0], to = part[i][1];
        kd_tensor *one = kd_reshape(kd_slice(x, 0, from, to), KD_SHAPE(1, to - from, 24));
        kd_tensor *y = kd_self_attention(one, NULL, 2, false);
        CHECK(!kd_is_poisoned(y));
        for (int64_t k = 0; k < kd_numel(y); k++)
            CHECK_NEAR((double)kdi_r(y)[k], (double)kdi_r(all)[from * 8 + k], 1e-6);
    }
}

TEST("heads that do not divide the width, and offsets that fall, are refused")
{
    kd_engine *e = engine();
    kd_tensor *x = numbers(e, KD_SHAPE(6, 12), 0);
    CHECK(kd_is_poisoned(kd_self_attention(x, I64S(e, KD_SHAPE(2), 0, 6), 3, false)));
    CHECK_HAS(kd_error_message(), "heads that divide D");
    kd_error_clear();
    CHECK(kd_is_poisoned(kd_self_attention(x, I64S(e, KD_SHAPE(4), 0, 4, 3, 6), 2, false)));
    CHECK_HAS(kd_error_message(), "must rise from 0 to 6");
}

/* ---- LSTM
 * ---------------------------------------------------------------------------------------- */

/* one unit: all weights 1, b_ih = 0.5 for the forget gate, else 0; x = 1 at both steps.
 *   gates of step 1: i = o = s(1), f = s(1.5), g = tanh(1)
 *   c = s(1) tanh(1) = 0.731059 * 0.761594 = 0.556770, h = s(1) tanh(c) = 0.731059 * 0.505577 =
 * 0.369606 step 2: a = 1 + h = 1.369606: i = o = s(a) = 0.797317, f = s(a + .5) = 0.866413, g =
 * tanh(a) = 0.878602 c = f c + i g = 0.482393 + 0.700524 = 1.182917, h = o tanh(c) = 0.660472 */
TEST("an LSTM's states are those worked out by hand, in the order of gates i, f, g, o")
{
    kd_engine *e = engine();
    kd_tensor *x = TENSOR(e, KD_SHAPE(2, 1), 1, 1), *one = TENSOR(e, KD_SHAPE(4, 1), 1, 1, 1, 1);
    kd_tensor *b = TENSOR(e, KD_SHAPE(4), 0, 0.5, 0, 0), *none = TENSOR(e, KD_SHAPE(4), 0, 0, 0, 0);
    kd_tensor *cells, *h = kd_lstm(x, I64S(e, KD_SHAPE(2), 0, 2), one, one, b, none, false, &cells);
    CHECK_NEAR((double)kdi_r(h)[0], 0.369606, 1e-6);
    CHECK_NEAR((double)kdi_r(h)[1], 0.660472, 1e-6);
    CHECK_NEAR((double)kdi_r(cells)[1], 1.182917, 1e-6);
}

/* text i alone, turned round when in reverse, and its rows turned back */
static kd_tensor *alone(kd_engine *e, kd_tensor *x, int64_t from, int64_t to, kd_tensor *const *w,
                        bool turn)
{
    int64_t n = to - from, index[16];
    for (int64_t t = 0; t < n; t++)
        index[t] = turn ? to - 1 - t : from + t;
    kd_tensor *rows = kd_gather(x, i64s_of(e, KD_SHAPE(n), index));
    kd_tensor *h = kd_lstm(rows, I64S(e, KD_SHAPE(2), 0, n), w[0], w[1], w[2], w[3], false, NULL);
    for (int64_t t = 0; t < n; t++)
        index[t] = turn ? n - 1 - t : t;
    return kd_gather(h, i64s_of(e, KD_SHAPE(n), index));
}

TEST("texts of many lengths together give what each gives alone, in both directions")
{
    kd_engine *e = engine();
    static const int64_t at[] = { 0, 2, 7, 7, 8, 11 };
    kd_tensor *x = numbers(e, KD_SHAPE(11, 3), 1), *offset = i64s_of(e, KD_SHAPE(6), at);
    kd_tensor *w[] = { numbers(e, KD_SHAPE(20, 3), 2), numbers(e, KD_SHAPE(20, 5), 3),
                       numbers(e, KD_SHAPE(20), 4), numbers(e, KD_SHAPE(20), 5) };
    for (int turn = 0; turn < 2; turn++) {
        kd_tensor *all = kd_lstm(x, offset, w[0], w[1], w[2], w[3], turn, NULL);
        CHECK(!kd_is_poisoned(all));
        for (int i = 0; i < 5; i++) {
            kd_tensor *one = alone(e, x, at[i], at[i + 1], w, turn);
            for (int64_t k = 0; k < kd_numel(one); k++)
                CHECK_NEAR((double)kdi_r(all)[at[i] * 5 + k], (double)kdi_r(one)[k], 1e-6);
        }
    }
}

/* ---- windows
 * ----------------------------------------------------------------------------------------- */

TEST("windows see their positions, end at the text's, and stop at 0")
{
    kd_engine *e = engine();
    kd_tensor *x = TENSOR(e, KD_SHAPE(4, 1), 1, 2, 4, -8);
    kd_tensor *w[] = { TENSOR(e, KD_SHAPE(1, 1, 1), 1), TENSOR(e, KD_SHAPE(2, 2, 1), 1, 10, 0, 1) };
    kd_tensor *b[] = { TENSOR(e, KD_SHAPE(1), 0.5), TENSOR(e, KD_SHAPE(2), 0, 100) };
    kd_tensor *y = kd_windows(x, I64S(e, KD_SHAPE(4), 3, 2, 1, 2), w, b, 2);
    CHECK_TENSOR(y, KD_SHAPE(4, 3), 1.5, 21, 102, 2.5, 42, 104, 4.5, 0, 0, 0, 0, 100);
}

TEST_MAIN
