/* Random steps for any method's callbacks. */
#include "check/scene.h"
#include "models/net.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SAMPLES = 24 };

static const kd_input images = { .channels = 3, .height = 8, .width = 8, .kind = KD_IMAGE };

static const kd_input *input_of(const kdi_scene *scene)
{
    return scene->input ? scene->input : &images;
}

/* ---- how many networks ----------------------------------------------------------------- */

int kdi_check_teachers(const kd_method *m)
{
    if (m->teachers.max > 0)
        return m->teachers.min > 1 ? m->teachers.min : 1;
    return m->scheme == KD_OFFLINE && !m->baseline;
}

int kdi_check_students(const kd_method *m)
{
    return m->students.max > 0 && m->students.min > 1 ? m->students.min : 1;
}

bool kdi_runs_bare(const kd_method *m)
{
    return !m->step;
}

const char *const *kdi_phase_names(const kd_method *m, kdi_arena *a)
{
    int n = 0;
    for (const kd_phase *p = m->phases; p && p->name; p++)
        n++;
    const char **name = kdi_alloc0(a, (size_t)(n + 2) * sizeof *name);
    for (int i = 0; i < n; i++)
        name[i] = m->phases[i].name;
    if (n == 0)
        name[0] = "main";
    return name;
}

/* ---- filling ------------------------------------------------------------------------------ */

typedef struct filler {
    const kdi_scene *scene;
    const kdi_bare *bare;
    kd_rng rng;
} filler;

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

/* of any sign: logits, values before an activation, all that transformers give; else a feature is
 * what a ReLU left: positive */
static bool is_signed(const filler *f, const char *what)
{
    return ends_with(what, "logits") || ends_with(what, ".pre") || f->scene->student.heads ||
           input_of(f->scene)->kind == KD_TOKENS;
}

static kd_real draw(filler *f, const char *what)
{
    double size = ends_with(what, "logits") ? f->scene->logits : f->scene->features;
    double x = kdi_normal(&f->rng);
    return (kd_real)(fabs(size) * (is_signed(f, what) ? x : 0.1 + fabs(x)));
}

/* an attention's rows are distributions */
static void as_distributions(kd_tensor *x)
{
    int64_t n = kd_channels(x);
    for (int64_t r = 0; r < kd_rows(x); r++) {
        kd_real *row = kdi_r(x) + r * n, sum = 0;
        for (int64_t i = 0; i < n; i++)
            sum += row[i] = (kd_real)(fabs((double)row[i]) + 0.01);
        for (int64_t i = 0; i < n; i++)
            row[i] /= sum;
    }
}

static bool is_tap(const kdi_bare *b, const kd_tensor *x)
{
    for (int side = 0; side < KDI_NSIDE; side++)
        for (int i = 0; i < b->nnet[side]; i++)
            for (int k = 0; k < b->net[side][i].view.ntap; k++)
                if (b->net[side][i].tap[k].x == x)
                    return true;
    return false;
}

/* a text's tap is 0 where there is no token; other outputs have any value there */
static void without_padding(const kdi_bare *b, kd_tensor *x)
{
    const kd_tensor *mask = b->step.pub.mask;
    int64_t n = kd_channels(x);
    if (!mask || kd_rows(x) != kd_numel(mask) || !is_tap(b, x))
        return;
    for (int64_t i = 0; i < kd_numel(mask); i++)
        for (int64_t k = 0; k < n && kdi_r(mask)[i] == 0; k++)
            kdi_r(x)[i * n + k] = 0;
}

static int fill_leaf(kd_tensor *x, const char *path, const char *unused, void *user)
{
    filler *f = user;
    int64_t n = kd_numel(x), row = n / kd_dim(x, 0);
    double size = ends_with(path, "logits") ? f->scene->logits : f->scene->features;
    (void)unused;
    for (int64_t i = 0; i < n; i++)
        kdi_r(x)[i] = size < 0 && i >= row ? kdi_r(x)[i - row] : draw(f, path);
    if (strstr(path, ".attention"))
        as_distributions(x);
    without_padding(f->bare, x);
    return KD_OK;
}

void kdi_scene_fill(kdi_bare *b, const kdi_scene *scene, uint64_t seed)
{
    filler f = { .scene = scene, .bare = b, .rng = kdi_rng(seed, KDI_STREAM_TEST, 1) };
    kdi_scope_each(b->leaves, fill_leaf, &f);
}

static int shake(kd_tensor *x, const char *path, const char *unused, void *user)
{
    (void)path;
    (void)unused;
    if (x->flags & KDI_PARAM)
        for (int64_t i = 0, n = kd_numel(x); i < n; i++)
            kdi_r(x)[i] += (kd_real)(0.1 * kdi_normal(user));
    return KD_OK;
}

void kdi_scene_shake(kdi_bare *b, uint64_t seed)
{
    kd_rng rng = kdi_rng(seed, KDI_STREAM_TEST, 2);
    kdi_scope_each(b->own, shake, &rng);
}

/* ---- making -------------------------------------------------------------------------- */

static int64_t half(int64_t h, int times)
{
    for (int i = 0; i < times; i++)
        h = h > 1 ? h / 2 : 1;
    return h;
}

static void add_map(kdi_bare *b, enum kdi_side side, int i, const char *name, kd_shape s)
{
    char pre[40];
    snprintf(pre, sizeof pre, "%s.pre", name);
    kdi_bare_leaf(b, side, i, name, s);
    if (b->method->taps == KD_TAPS_STAGES_PRE)
        kdi_bare_leaf(b, side, i, pre, s);
}

static void add_maps(kdi_bare *b, enum kdi_side side, int i, const kdi_scene *scene,
                     const kdi_scene_net *net)
{
    int64_t n = scene->batch;
    add_map(b, side, i, "stem", KD_SHAPE(n, net->height, net->height, net->channels));
    for (int k = 0; k < net->stages; k++) {
        int64_t h = half(net->height, k);
        add_map(b, side, i, kd_numbered("stage", k + 1),
                KD_SHAPE(n, h, h, net->channels * (k + 1)));
    }
}

static void add_attention(kdi_bare *b, enum kdi_side side, int i, int layer, int64_t heads,
                          kd_shape rows)
{
    static const char *const vector[] = { "query", "key", "value" };
    static const char *const square[] = { "score", "attention" };
    for (int k = 0; k < 3; k++)
        kdi_bare_output(b, side, i, kd_numbered(vector[k], layer), rows);
    for (int k = 0; k < 2; k++)
        kdi_bare_output(b, side, i, kd_numbered(square[k], layer),
                        KD_SHAPE(rows.d[0], heads, rows.d[1], rows.d[1]));
}

/* N,P,C; methods that read maps see them one place wide */
static void add_rows(kdi_bare *b, enum kdi_side side, int i, const kdi_scene *scene,
                     const kdi_scene_net *net)
{
    const kd_input *in = input_of(scene);
    int64_t places = in->kind == KD_TOKENS ? in->length : net->height;
    kd_shape rows = KD_SHAPE(scene->batch, places, net->channels);
    kd_shape map = KD_SHAPE(scene->batch, places, 1, net->channels);
    add_map(b, side, i, "stem", b->method->rows ? rows : map);
    for (int k = 1; k <= net->stages; k++)
        add_map(b, side, i, kd_numbered("stage", k), b->method->rows ? rows : map);
    for (int k = 1; k <= net->stages && b->method->need & KD_NEED_ATTENTION; k++)
        if (net->heads)
            add_attention(b, side, i, k, net->heads, rows);
}

static void add_sizes(kdi_bare *b, enum kdi_side side, int i, const kdi_scene *scene,
                      const kdi_scene_net *net)
{
    if (net->heads || input_of(scene)->kind != KD_IMAGE)
        add_rows(b, side, i, scene, net);
    else
        add_maps(b, side, i, scene, net);
    kdi_bare_leaf(b, side, i, "pooled", KD_SHAPE(scene->batch, net->pooled));
}

static bool is_student(enum kdi_side side)
{
    return side == KDI_STUDENT || side == KDI_STUDENT2;
}

/* the same weights for each network of one architecture */
static int make_network(kdi_bare *b, enum kdi_side side, int i, const kdi_scene *scene,
                        const char *arch, kd_net **net)
{
    kd_input in = *input_of(scene);
    kd_rng *rng = kdi_alloc0(b->engine->run, sizeof *rng);
    kd_value *spec;
    if (side == KDI_STUDENT2 || side == KDI_TEACHER2) {
        *net = b->net[side == KDI_STUDENT2 ? KDI_STUDENT : KDI_TEACHER][i].view.net;
        return KD_OK;
    }
    in.classes = scene->classes;
    *rng = kdi_rng(1, KDI_STREAM_TEST, 9);
    KD_TRY(kdi_model_parse(arch, b->engine->run, &spec));
    KD_TRY(kdi_net_new(net, b->networks, kd_numbered(is_student(side) ? "student" : "teacher", i),
                       spec, &in, rng));
    kdi_net_want_attention(*net, b->method->need & KD_NEED_ATTENTION);
    if (side == KDI_TEACHER)
        kdi_net_freeze(*net, true);
    return KD_OK;
}

static kd_shape tap_shape(const kdi_bare *b, const kd_shape *s)
{
    return s->n == 3 && !b->method->rows ? KD_SHAPE(s->d[0], s->d[1], 1, s->d[2]) : *s;
}

static int add_network(kdi_bare *b, enum kdi_side side, int i, const kdi_scene *scene,
                       const char *arch)
{
    kd_net *net;
    kdi_probe probe;
    KD_TRY(make_network(b, side, i, scene, arch, &net));
    KD_TRY(kdi_net_probe(net, scene->batch, &probe));
    for (int k = 0; k < probe.ntap; k++) {
        const kd_tap *tap = &probe.tap[k];
        kd_shape s = kd_shape_of(tap->x);
        if (tap->kind == KD_TAP_POOLED)
            kdi_bare_leaf(b, side, i, tap->name, s);
        else
            add_map(b, side, i, tap->name, tap_shape(b, &s));
        b->net[side][i].tap[k].kind = tap->kind;
    }
    for (int k = 0; k < probe.noutput; k++)
        kdi_bare_output(b, side, i, probe.output[k].name, kd_shape_of(probe.output[k].x));
    b->net[side][i].view.net = net;
    return KD_OK;
}

static int add_net(kdi_bare *b, enum kdi_side side, int i, const kdi_scene *scene,
                   const kdi_scene_net *net)
{
    kdi_bare_leaf(b, side, i, "logits", KD_SHAPE(scene->batch, scene->classes));
    if (net->arch)
        return add_network(b, side, i, scene, net->arch);
    add_sizes(b, side, i, scene, net);
    return KD_OK;
}

/* sample i of the training set is of class i modulo classes: kdi_bare_training_set */
static void add_samples(kdi_bare *b, const kdi_scene *scene, kd_rng *rng)
{
    int64_t n = scene->batch, index[SAMPLES], label[SAMPLES];
    for (int64_t i = 0; i < SAMPLES; i++)
        index[i] = i;
    kdi_shuffle(rng, index, SAMPLES);
    for (int64_t i = 0; i < n; i++)
        label[i] = index[i] % scene->classes;
    kdi_bare_training_set(b, SAMPLES, scene->classes);
    kdi_bare_labels(b, n, label);
    kdi_bare_index(b, n, index);
}

/* tokens, then padding; the last text is as long as can be */
static void draw_tokens(kd_tensor *x, const kd_input *in, kd_rng *rng)
{
    int64_t n = kd_dim(x, 0), each = kd_numel(x) / (n * in->length);
    for (int64_t i = 0; i < n; i++) {
        bool whole = i + 1 == n || in->length < 3;
        int64_t length = whole ? in->length : 2 + kdi_below(rng, in->length - 2);
        for (int64_t k = 0; k < in->length * each; k++)
            kd_i64s(x)[i * in->length * each + k] =
                k < length * each ? 1 + kdi_below(rng, in->vocabulary - 1) : 0;
    }
}

static kd_tensor *samples(kdi_bare *b, const kdi_scene *scene, kd_rng *rng)
{
    const kd_input *in = input_of(scene);
    kd_tensor *x =
        kdi_tensor(b->engine->run, b->engine, in->kind == KD_TOKENS ? KD_I64_T : KD_REAL_T,
                   kdi_input_shape(in, scene->batch));
    if (in->kind == KD_TOKENS)
        draw_tokens(x, in, rng);
    else
        kd_fill_normal(x, rng, 0, 1);
    return x;
}

static void add_mask(kdi_bare *b, const kd_tensor *tokens)
{
    kd_shape s = KD_SHAPE(kd_dim(tokens, 0), kd_dim(tokens, 1));
    int64_t each = kd_numel(tokens) / kd_shape_numel(s);
    kd_tensor *mask = kdi_tensor(b->engine->run, b->engine, KD_REAL_T, s);
    for (int64_t i = 0; i < kd_numel(mask); i++)
        kdi_r(mask)[i] = ((const int64_t *)tokens->data)[i * each] != 0;
    b->step.pub.mask = mask;
}

static void add_input(kdi_bare *b, const kdi_scene *scene, kd_rng *rng)
{
    kd_tensor *x = samples(b, scene, rng);
    kd_named *item = kdi_alloc0(b->engine->run, 2 * sizeof *item);
    item[0] = (kd_named){ .name = "input", .x = x };
    item[1] = (kd_named){ .name = "label", .x = b->step.pub.label };
    b->kind = input_of(scene)->kind;
    b->step.pub.input = x;
    if (b->kind == KD_TOKENS)
        add_mask(b, x);
    if (b->method->second)
        b->step.pub.input2 = samples(b, scene, rng);
    b->step.pub.item = item;
    b->step.pub.nitem = 2;
}

static int build(kdi_bare *b, const kdi_scene *scene, uint64_t seed)
{
    kd_rng rng = kdi_rng(seed, KDI_STREAM_TEST, 0);
    KD_ASSERT(scene->batch <= SAMPLES);
    b->networks = kdi_scope_root(b->engine, "networks", NULL);
    for (int side = KDI_STUDENT; side < (b->method->second ? KDI_NSIDE : KDI_STUDENT2); side++) {
        bool student = is_student(side);
        int n = student ? kdi_check_students(b->method) : kdi_check_teachers(b->method);
        for (int i = 0; i < n; i++)
            KD_TRY(add_net(b, side, i, scene, student ? &scene->student : &scene->teacher));
    }
    add_samples(b, scene, &rng);
    add_input(b, scene, &rng);
    b->step.pub.epoch = 1;
    b->step.pub.step = 5;
    return KD_OK;
}

int kdi_scene_open(kdi_bare **out, const kd_method *m, const kdi_scene *scene,
                   const kd_value *options, uint64_t seed)
{
    kdi_bare *b = kdi_bare_new(m, seed);
    *out = NULL;
    int code = build(b, scene, seed);
    if (code == KD_OK)
        code = kdi_bare_setup(b, options);
    if (code != KD_OK) {
        kdi_bare_free(b);
        return code;
    }
    kdi_scene_fill(b, scene, seed);
    *out = b;
    return KD_OK;
}
