/* The fill rule of the reference networks: weights from formulas, so that no file has to hold them.
 * All in double, then as kd_real; i counts elements in torch's order. */
#include "check/models_check.h"

#include "store/weights_file.h"

#include <math.h>
#include <string.h>

static uint32_t mixed(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x85EBCA6Bu;
    x ^= x >> 13;
    x *= 0xC2B2AE35u;
    return x ^ x >> 16;
}

static double gamma_at(int64_t i, int64_t k)
{
    return 1 + 0.1 * sin((double)(i + k));
}

static double beta_at(int64_t i, int64_t k)
{
    return 0.1 * cos((double)(i + k));
}

static double mean_at(int64_t i, int64_t k)
{
    return 0.05 * sin((double)(i + 2 * k));
}

static double var_at(int64_t i, int64_t k)
{
    double c = cos((double)(i + k));
    return 1 + 0.2 * c * c;
}

/* in [-1, 1); the layer's scale is multiplied on */
static double uniform_at(int64_t i, int64_t k)
{
    uint32_t x = mixed((uint32_t)(i + 1) * 0x9E3779B1u + (uint32_t)(k + 1) * 0x85EBCA77u);
    return (x + 0.5) / 2147483648.0 - 1.0;
}

typedef double rule(int64_t i, int64_t k);

static const struct {
    const char *kind;
    rule *at;
} rules[] = {
    { "uniform", uniform_at }, { "gamma", gamma_at }, { "beta", beta_at },
    { "bias", beta_at },       { "mean", mean_at },   { "var", var_at },
};

static rule *rule_of(const char *kind)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strcmp(rules[i].kind, kind) == 0)
            return rules[i].at;
    return NULL;
}

struct filling {
    const kd_value *layout;
    int64_t k;
    double gain2;
    kdi_arena *scratch;
};

static bool same_shape(kd_shape s, const kd_value *sizes)
{
    int64_t d[KD_MAX_DIM];
    if (!sizes || sizes->n > KD_MAX_DIM)
        return false;
    for (int64_t i = 0; i < sizes->n; i++)
        d[i] = sizes->item[i]->integer;
    return kdi_same_weights(s, kd_shape_of_n((int)sizes->n, d));
}

static int fill_one(kd_tensor *x, const char *path, const char *unused, void *user)
{
    struct filling *f = user;
    int64_t k = f->k++, n = kd_numel(x);
    kd_real *value = kdi_alloc(f->scratch, (size_t)n * sizeof *value);
    kd_shape shape;
    (void)unused;
    if (k >= f->layout->n)
        return kd_error(KD_E_DATA, "the network has %s, which the file does not have", path);
    const kd_value *entry = f->layout->item[k];
    const char *name = kd_get_text(entry, "name", ""), *kind = kd_get_text(entry, "kind", "");
    kdi_to_torch(x, value, &shape);
    if (strcmp(name, path) != 0 || !same_shape(shape, kd_get(entry, "shape")))
        return kd_error(KD_E_DATA,
                        "tensor %lld is %s %s, in the file it is %s, or of another shape",
                        (long long)k, path, kd_shape_text(shape), name);
    rule *at = rule_of(kind);
    if (!at)
        return kd_error(KD_E_DATA, "%s is of kind \"%s\", which has no rule", name, kind);
    double fan = (double)n / (double)shape.d[0];
    double scale = at == uniform_at ? sqrt(f->gain2 / fan) : 1;
    for (int64_t i = 0; i < n; i++)
        value[i] = (kd_real)(scale * at(i, k));
    kdi_from_torch(x, value);
    return KD_OK;
}

int kdi_golden_fill(kd_net *net, const kd_value *golden)
{
    struct filling f = { .layout = kd_get(golden, "layout"),
                         .gain2 = kd_get_number(golden, "gain2", 0),
                         .scratch = net->engine->step };
    KD_TRY(kdi_scope_each(net->scope, fill_one, &f));
    if (f.k != f.layout->n)
        return kd_error(KD_E_DATA, "the network has %lld tensors, the file has %lld",
                        (long long)f.k, (long long)f.layout->n);
    return KD_OK;
}
