/* From a reference case and its map to a bare step with every tensor in place. */
#include "check/golden_bind.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void kdi_golden_miss(kdi_golden *g, const char *fmt, ...)
{
    char text[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    kd_push(g->missing, kd_string(g->missing->arena, text));
}

/* of several tensors bound to one name, the one that got a gradient */
const kdi_bound *kdi_golden_bound(const kdi_golden *g, const char *name)
{
    const kdi_bound *first = NULL;
    for (int i = 0; i < g->nbound; i++) {
        const kdi_bound *b = &g->bound[i];
        if (strcmp(b->from.name, name) != 0)
            continue;
        if (kdi_bare_grad(b->x))
            return b;
        first = first ? first : b;
    }
    return first;
}

static int bind(kdi_golden *g, const kdi_reference *r, kd_tensor *x)
{
    if (g->nbound == KDI_MOST_BOUND)
        return kd_error(KD_E_USAGE, "a map binds more than %d tensors", KDI_MOST_BOUND);
    g->bound[g->nbound++] = (kdi_bound){ x, *r };
    return kdi_reference_load(r, x);
}

static int text_at(const kd_value *map, const char *key, const char **out)
{
    const kd_value *v = kd_get(map, key);
    *out = NULL;
    return v ? kd_need_text(map, key, out) : KD_OK;
}

/* ---- networks -------------------------------------------------------------------- */

typedef struct spot {
    enum kdi_side side;
    int net;
} spot;

static int add_leaf(kdi_golden *g, spot at, const char *what, const char *name)
{
    kdi_reference r;
    KD_TRY(kdi_reference_find(g->vector, name, &r));
    kd_shape shape = kdi_reference_shape(&r, strcmp(what, "logits") == 0);
    return bind(g, &r, kdi_bare_leaf(g->bare, at.side, at.net, what, shape));
}

/* what attention layers compute lies as it is */
static int add_output(kdi_golden *g, spot at, const char *what, const char *name)
{
    kdi_reference r;
    KD_TRY(kdi_reference_find(g->vector, name, &r));
    r.plain = true;
    return bind(g, &r, kdi_bare_output(g->bare, at.side, at.net, what, r.data->shape));
}

/* output = { score1 = "in/x", ... } */
static int add_outputs(kdi_golden *g, spot at, const kd_value *outputs)
{
    if (outputs && (outputs->kind != KD_V_MAP || outputs->n > KDI_BARE_OUTPUTS / 2))
        return kd_error(KD_E_USAGE, "output is a table of at most %d names", KDI_BARE_OUTPUTS / 2);
    for (int64_t i = 0; outputs && i < outputs->n; i++) {
        const char *name;
        KD_TRY(kd_need_text(outputs, outputs->key[i], &name));
        KD_TRY(add_output(g, at, outputs->key[i], name));
    }
    return KD_OK;
}

/* "in/x", alone or a list of tensors, or a list of such names: stage1, stage2, ... */
static int add_taps(kdi_golden *g, spot at, const kd_value *names, const char *suffix)
{
    char what[32], name[128];
    int stage = 0;
    int64_t n = names->kind == KD_V_LIST ? names->n : 1;
    for (int64_t i = 0; i < n; i++) {
        const kd_value *v = names->kind == KD_V_LIST ? names->item[i] : names;
        if (v->kind != KD_V_STRING)
            return kd_error(KD_E_USAGE, "taps are named by strings");
        int64_t members = kdi_reference_count(g->vector, v->text);
        for (int64_t k = 0; k < (members > 0 ? members : 1); k++) {
            snprintf(what, sizeof what, "stage%d%s", ++stage, suffix);
            snprintf(name, sizeof name, members > 0 ? "%s[%lld]" : "%s", v->text, (long long)k);
            if (stage > KDI_BARE_TAPS)
                return kd_error(KD_E_USAGE, "a map gives more than %d taps", KDI_BARE_TAPS);
            KD_TRY(add_leaf(g, at, what, name));
        }
    }
    return KD_OK;
}

/* one of param/ wants a gradient, and one of in/ that has one; others are frozen */
static int load_real(kdi_golden *g, const char *name, kd_tensor **x)
{
    kdi_reference r;
    KD_TRY(kdi_reference_find(g->vector, name, &r));
    kd_shape shape = kdi_reference_shape(&r, false);
    if (strncmp(name, "param/", 6) == 0 || kd_get_int(r.tensor, "student", 0))
        *x = kd_param_new(kd_scope_new(g->bare->leaves, "head"), name, shape);
    else
        *x = kdi_tensor(g->bare->engine->run, g->bare->engine, KD_REAL_T, shape);
    return bind(g, &r, *x);
}

/* head = { mean = ref, var = ref } */
static int add_norm(kdi_golden *g, spot at, const kd_value *head)
{
    const char *name;
    kd_tensor *mean, *var;
    KD_TRY(kd_need_text(head, "mean", &name));
    KD_TRY(load_real(g, name, &mean));
    KD_TRY(kd_need_text(head, "var", &name));
    KD_TRY(load_real(g, name, &var));
    kdi_bare_norm(g->bare, at.side, at.net, mean, var);
    return KD_OK;
}

/* head = { weight = ref, bias = ref }: the classifier that kd_net_head applies; "identity"; or a
 * ref: what it says of everything */
static int add_head(kdi_golden *g, spot at, const kd_value *head)
{
    const char *name;
    kd_tensor *weight = NULL, *bias = NULL;
    if (kd_get(head, "mean"))
        return add_norm(g, at, head);
    if (head->kind == KD_V_MAP) {
        KD_TRY(kd_need_text(head, "weight", &name));
        KD_TRY(load_real(g, name, &weight));
        KD_TRY(text_at(head, "bias", &name));
        if (name)
            KD_TRY(load_real(g, name, &bias));
    } else if (head->kind != KD_V_STRING) {
        return kd_error(KD_E_USAGE,
                        "head is a table of weight and bias, \"identity\", or a tensor's name");
    } else if (strcmp(head->text, "identity") != 0) {
        KD_TRY(load_real(g, head->text, &weight));
        kdi_bare_verdict(g->bare, at.side, at.net, weight);
        return KD_OK;
    }
    kdi_bare_head(g->bare, at.side, at.net, weight, bias);
    return KD_OK;
}

/* the reference differentiates by what a frozen network says: so do we */
static void want_gradients(kdi_bare_net *net)
{
    for (int i = 0; i < net->view.noutput; i++)
        net->output[i].x->flags |= KDI_TRACKED;
}

static int add_net(kdi_golden *g, spot at, const kd_value *net)
{
    static const char *const single[] = { "logits", "pooled", "stem" };
    if (net->kind != KD_V_MAP || at.net >= KDI_MAX_NETS)
        return kd_error(KD_E_USAGE,
                        "a network is a table of logits, pooled, stem, taps, pre, output, head; at "
                        "most %d",
                        KDI_MAX_NETS);
    for (int i = 0; i < 3; i++) {
        const char *name;
        KD_TRY(text_at(net, single[i], &name));
        if (name)
            KD_TRY(add_leaf(g, at, single[i], name));
    }
    if (kd_get(net, "taps"))
        KD_TRY(add_taps(g, at, kd_get(net, "taps"), ""));
    if (kd_get(net, "pre"))
        KD_TRY(add_taps(g, at, kd_get(net, "pre"), ".pre"));
    KD_TRY(add_outputs(g, at, kd_get(net, "output")));
    if (kd_get(net, "head"))
        KD_TRY(add_head(g, at, kd_get(net, "head")));
    if (kd_get_bool(net, "gradient", false))
        want_gradients(&g->bare->net[at.side][at.net]);
    return KD_OK;
}

/* one network, or a list of them */
static int add_nets(kdi_golden *g, enum kdi_side side, const char *key)
{
    const kd_value *nets = kd_get(g->map, key);
    if (!nets)
        return KD_OK;
    if (nets->kind != KD_V_LIST)
        return add_net(g, (spot){ side, 0 }, nets);
    for (int64_t i = 0; i < nets->n; i++)
        KD_TRY(add_net(g, (spot){ side, (int)i }, nets->item[i]));
    return KD_OK;
}

/* ---- labels, places, draws -------------------------------------------------------- */

/* the images, and what their channels were before they were normalised */
static int add_input(kdi_golden *g)
{
    const char *name;
    const kd_value *pixels = kd_get(g->map, "pixel");
    KD_TRY(text_at(g->map, "input", &name));
    if (name)
        KD_TRY(load_real(g, name, &g->bare->step.pub.input));
    if (!pixels)
        return KD_OK;
    if (!name || pixels->kind != KD_V_LIST || pixels->n != kd_channels(g->bare->step.pub.input))
        return kd_error(KD_E_USAGE,
                        "pixel is a list of mean, sd, low, high, one a channel of input");
    kd_pixel *p = kdi_alloc(g->bare->engine->run, (size_t)pixels->n * sizeof *p);
    for (int64_t i = 0; i < pixels->n; i++)
        p[i] = (kd_pixel){ .mean = (kd_real)kd_get_number(pixels->item[i], "mean", 0),
                           .sd = (kd_real)kd_get_number(pixels->item[i], "sd", 1),
                           .low = (kd_real)kd_get_number(pixels->item[i], "low", 0),
                           .high = (kd_real)kd_get_number(pixels->item[i], "high", 1) };
    g->bare->pixel = p;
    return KD_OK;
}

/* texts: 1 at a token, 0 at padding */
static int add_mask(kdi_golden *g)
{
    const char *name;
    KD_TRY(text_at(g->map, "mask", &name));
    if (!name)
        return KD_OK;
    g->bare->kind = KD_TOKENS;
    return load_real(g, name, &g->bare->step.pub.mask);
}

static int load_i64(kdi_golden *g, const char *name, kd_tensor **x)
{
    kdi_reference r;
    KD_TRY(kdi_reference_find(g->vector, name, &r));
    *x =
        kdi_tensor(g->bare->engine->run, g->bare->engine, KD_I64_T, kdi_reference_shape(&r, false));
    return bind(g, &r, *x);
}

static int add_labels(kdi_golden *g)
{
    const char *name;
    KD_TRY(text_at(g->map, "label", &name));
    return name ? load_i64(g, name, &g->bare->step.pub.label) : KD_OK;
}

/* "rows": sample i of the batch is sample i of the training set */
static int add_index(kdi_golden *g)
{
    const char *name;
    KD_TRY(text_at(g->map, "index", &name));
    if (!name)
        return KD_OK;
    if (strcmp(name, "rows") != 0)
        return load_i64(g, name, &g->bare->step.pub.index);
    const kd_view *v = &g->bare->net[KDI_STUDENT][0].view;
    int64_t n = v->logits ? kd_dim(v->logits, 0) : v->pooled ? kd_dim(v->pooled, 0) : 0;
    kd_tensor *x = kdi_tensor(g->bare->engine->run, g->bare->engine, KD_I64_T, KD_SHAPE(n));
    for (int64_t i = 0; i < n; i++)
        kd_i64s(x)[i] = i;
    g->bare->step.pub.index = x;
    return KD_OK;
}

static int add_draws(kdi_golden *g)
{
    const kd_value *draws = kd_get(g->map, "draws");
    for (int64_t i = 0; draws && i < draws->n; i++) {
        const char *name;
        kdi_reference r;
        KD_TRY(kd_need_text(draws, draws->key[i], &name));
        KD_TRY(kdi_reference_find(g->vector, name, &r));
        bool real = r.data->element == KD_F32 || r.data->element == KD_F64;
        kd_tensor *x = kdi_tensor(g->bare->engine->run, g->bare->engine,
                                  real ? KD_REAL_T : KD_I64_T, kdi_reference_shape(&r, false));
        KD_TRY(bind(g, &r, x));
        kdi_bare_replay(g->bare, draws->key[i], x);
    }
    return KD_OK;
}

static void set_step(kdi_golden *g)
{
    kd_step *p = &g->bare->step.pub;
    p->epoch = (int)kd_get_int(g->map, "epoch", p->epoch);
    p->nepochs = (int)kd_get_int(g->map, "nepochs", p->nepochs);
    p->step = kd_get_int(g->map, "step", p->step);
    p->nsteps = kd_get_int(g->map, "nsteps", p->nsteps);
    int64_t nsamples = kd_get_int(g->map, "nsamples", g->bare->step.nsamples);
    kdi_bare_training_set(g->bare, nsamples,
                          kd_get_int(g->map, "nclasses", g->bare->step.nclasses));
}

/* ---- what the method owns ------------------------------------------------------------ */

/* "embed.*" and path "embed.linear.weight" give "linear.weight"; NULL: no match */
static const char *starred(const char *pattern, const char *path, size_t *length)
{
    const char *star = strchr(pattern, '*');
    if (!star)
        return NULL;
    size_t head = (size_t)(star - pattern), tail = strlen(star + 1), n = strlen(path);
    if (n < head + tail || strncmp(pattern, path, head) != 0 ||
        strcmp(path + n - tail, star + 1) != 0)
        return NULL;
    *length = n - head - tail;
    return path + head;
}

/* what the map says of `path`: under its own name, else under the first pattern that fits */
static const kd_value *rule_for(const kd_value *rules, const char *path, char name[128])
{
    const kd_value *exact = kd_get(rules, path);
    if (exact && exact->kind == KD_V_STRING)
        snprintf(name, 128, "%s", exact->text);
    if (exact)
        return exact;
    for (int64_t i = 0; rules && i < rules->n; i++) {
        const kd_value *v = rules->item[i];
        size_t length;
        const char *middle = starred(rules->key[i], path, &length);
        const char *star = v->kind == KD_V_STRING ? strchr(v->text, '*') : NULL;
        if (!middle || !star)
            continue;
        snprintf(name, 128, "%.*s%.*s%s", (int)(star - v->text), v->text, (int)length, middle,
                 star + 1);
        return v;
    }
    return NULL;
}

/* buffers may be given as numbers in the map itself */
static int load_numbers(const kd_value *list, kd_tensor *x)
{
    if (list->n != kd_numel(x) || kd_dtype_of(x) != KD_REAL_T)
        return kd_error(KD_E_SHAPE, "%s has %lld numbers, the map gives %lld", x->name,
                        (long long)kd_numel(x), (long long)list->n);
    for (int64_t i = 0; i < list->n; i++)
        kd_reals(x)[i] = (kd_real)list->item[i]->number;
    return KD_OK;
}

static int load_own(kd_tensor *x, const char *path, const char *unused, void *user)
{
    kdi_golden *g = user;
    bool param = x->flags & KDI_PARAM;
    char name[128];
    kdi_reference r;
    (void)unused;
    const kd_value *rules = kd_get(g->map, param ? "params" : "buffers");
    const kd_value *rule = rule_for(rules, path, name);
    if (rule && rule->kind == KD_V_LIST)
        return load_numbers(rule, x);
    if (!rule)
        snprintf(name, sizeof name, param ? "param/%s" : "state/%s", path);
    if (kdi_reference_has(g->vector, name, &r))
        return bind(g, &r, x);
    if (param || rule)
        kdi_golden_miss(g, "%s %s of the plugin has no value: no %s",
                        param ? "parameter" : "buffer", path, name);
    return KD_OK;
}

int kdi_golden_bind(kdi_golden *g, const kd_method *m, kdi_arena *a)
{
    g->missing = kd_list(a);
    g->bare = kdi_bare_new(m, 1);
    g->bare->pair_all = true;
    KD_TRY(add_nets(g, KDI_STUDENT, "student"));
    KD_TRY(add_nets(g, KDI_TEACHER, "teacher"));
    KD_TRY(add_nets(g, KDI_STUDENT2, "student2"));
    KD_TRY(add_nets(g, KDI_TEACHER2, "teacher2"));
    KD_TRY(add_input(g));
    KD_TRY(add_mask(g));
    KD_TRY(add_labels(g));
    KD_TRY(add_index(g));
    KD_TRY(add_draws(g));
    set_step(g);
    KD_TRY(kdi_bare_setup(g->bare, kd_get(g->map, "options")));
    return kdi_scope_each(g->bare->own, load_own, g);
}
