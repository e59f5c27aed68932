/* Three steps written down, so that somebody else's program can take the same ones: weights before
 * and after in torch's names and order, batches with images as N,C,H,W, draws, and the loss of each
 * step. */
#include "bench/bench.h"

#include "base/option.h"
#include "store/store.h"

#include <string.h>

/* a single number as a dataset */
static void set_scalar(kd_value *map, const char *key, double value)
{
    kd_value *v =
        kd_array(map->arena, KD_F64, (kd_shape){ .n = 0, .d = { 1, 1, 1, 1, 1, 1 } }, NULL);
    *(double *)v->data = value;
    kd_set(map, key, v);
}

static kd_value *copied(const kd_tensor *x, kdi_arena *a)
{
    enum kd_element element = x->type == KD_REAL_T ? KD_FREAL : KD_I64;
    kd_value *v = kd_array(a, element, kd_shape_of(x), NULL);
    memcpy(v->data, x->data, (size_t)kd_numel(x) * kdi_dtype_size(x->type));
    return v;
}

/* N,H,W,C -> N,C,H,W; anything else as it is */
static kd_value *planes(const kd_tensor *x, kdi_arena *a)
{
    if (kd_ndim(x) != 4)
        return copied(x, a);
    int64_t n = kd_dim(x, 0), h = kd_dim(x, 1), w = kd_dim(x, 2), c = kd_dim(x, 3);
    kd_value *v = kd_array(a, KD_FREAL, KD_SHAPE(n, c, h, w), NULL);
    kd_real *to = v->data;
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < c; k++)
            for (int64_t p = 0; p < h * w; p++)
                *to++ = kdi_r(x)[(i * h * w + p) * c + k];
    return v;
}

static void add_terms(const struct kdi_step *host, kd_value *step)
{
    kd_value *terms = kd_map(step->arena), *draws = kd_map(step->arena);
    double loss = 0;
    for (int i = 0; i < host->nterm; i++) {
        set_scalar(terms, host->term[i].name, host->term[i].value);
        loss += host->term[i].value;
    }
    for (int i = 0; i < host->ndraw; i++)
        kd_set(draws, host->draw[i].name, copied(host->draw[i].x, step->arena));
    set_scalar(step, "loss", loss);
    kd_set(step, "terms", terms);
    kd_set(step, "draws", draws);
}

static int take_step(kdi_bench *b, kdi_arena *a, kd_value **out)
{
    const kdi_trainer *t = b->t;
    const kd_step *pub = &t->host.pub;
    KD_TRY(kdi_bench_step(b));
    *out = kd_map(a);
    kd_set(*out, "input", planes(pub->input, a));
    kd_set(*out, "label", copied(pub->label, a));
    kd_set(*out, "index", copied(pub->index, a));
    kd_set(*out, "student_logits", copied(t->student_view[0].logits, a));
    if (t->nteacher)
        kd_set(*out, "teacher_logits", copied(t->teacher_view[0].logits, a));
    add_terms(&t->host, *out);
    return KD_OK;
}

static void add_options(const kdi_trainer *t, kd_value *root)
{
    const kd_value *all = kdi_options_values(t->method->options, t->self, root->arena);
    kd_value *options = kd_map(root->arena);
    for (int64_t i = 0; i < all->n; i++)
        if (all->item[i]->kind == KD_V_INT || all->item[i]->kind == KD_V_NUMBER)
            set_scalar(options, all->key[i], all->item[i]->number);
        else
            kd_set(options, all->key[i], all->item[i]);
    kd_set(root, "options", options);
}

static void add_settings(const kdi_bench *b, kd_value *root)
{
    const kd_value *train = kd_get(b->t->spec, "train");
    kd_set_text(root, "workload", b->w->name);
    kd_set_text(root, "method_name", b->w->method); /* "method" is the group of its parameters */
    kd_set_text(root, "student_arch", b->w->student);
    kd_set_text(root, "teacher_arch", b->w->teacher ? b->w->teacher : "");
    for (int64_t i = 0; i < train->n; i++)
        kd_set(root, train->key[i], train->item[i]);
    kd_set_int(root, "samples", b->w->samples);
    kd_set_int(root, "classes", b->w->classes);
}

/* everything that the optimiser and the batches change */
static void add_weights(const kdi_trainer *t, const char *when, kd_value *student, kd_value *method)
{
    kd_set(student, when, kdi_scope_to_tree(t->student[0]->scope, student->arena, true));
    kd_set(method, when, kdi_scope_to_tree(t->owned, method->arena, true));
}

static int fill(kdi_bench *b, kdi_arena *a, kd_value *root)
{
    kd_value *student = kd_map(a), *method = kd_map(a), *step;
    add_settings(b, root);
    add_options(b->t, root);
    add_weights(b->t, "before", student, method);
    for (int i = 0; i < KDI_TRACE_STEPS; i++) {
        KD_TRY(take_step(b, a, &step));
        kd_set(root, kdi_format(a, "step%d", i), step);
    }
    add_weights(b->t, "after", student, method);
    kd_set(root, "student", student);
    kd_set(root, "method", method);
    if (b->t->nteacher)
        kd_set(root, "teacher", kdi_scope_to_tree(b->t->teacher[0].net->scope, a, true));
    return KD_OK;
}

int kdi_bench_trace(kdi_bench *b, const char *path)
{
    kdi_arena *a = kdi_arena_new("trace");
    kd_value *root = kd_map(a);
    int code = fill(b, a, root);
    if (code == KD_OK)
        code = kdi_h5_write_contiguous(path, root);
    kdi_arena_free(a);
    return code;
}
