/* One method against one reference case: run it bare, compare loss, gradients and what it keeps. */
#include "check/golden_check.h"
#include "check/golden_bind.h"
#include "store/golden.h"
#include "train/registry.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* How close is close. In the float build each tensor's own `tol`, as the file has it. In the double
 * build 1e-9 of the tensor's largest element; for tensors that are all but zero, 1e-11 of the
 * case's largest gradient (the same hundredth that the file's float tolerances have as floor); and
 * where all of a case's gradients are rounding errors (one sample alike to itself), NOISE.
 * Side results are stored in float only: 1e-5 of their largest element in both builds. */
static const double SHARE = 1e-9, FLOOR = 1e-11, NOISE = 1e-14, LOSS_FLOOR = 1e-13,
                    OUT_SHARE = 1e-5;
#ifdef KD_DOUBLE
static const bool exact = true;
#else
static const bool exact = false;
#endif

typedef struct check {
    kdi_golden g;
    kdi_arena *arena;
    kd_value *report, *tensors, *ignored;
    double largest; /* gradient of the case */
    bool ok;
} check;

static void compared(check *c, const char *name, double err, double tol)
{
    kd_value *row = kd_map(c->arena);
    bool ok = err <= tol;
    kd_set_text(row, "name", name);
    kd_set_number(row, "err", err);
    kd_set_number(row, "tol", tol);
    kd_set_bool(row, "ok", ok);
    kd_push(c->tensors, row);
    c->ok &= ok;
}

/* ---- the loss ------------------------------------------------------------------------ */

static const char *const *term_names(check *c)
{
    const kd_value *list = kd_get(c->g.map, "terms");
    if (!list || list->kind != KD_V_LIST)
        return NULL;
    const char **name = kdi_alloc0(c->arena, (size_t)(list->n + 1) * sizeof *name);
    for (int64_t i = 0; i < list->n; i++)
        name[i] = list->item[i]->text;
    return name;
}

static void report_terms(check *c)
{
    kd_value *terms = kd_map(c->arena);
    const struct kdi_step *s = &c->g.bare->step;
    for (int i = 0; i < s->nterm; i++)
        kd_set_number(terms, s->term[i].name, s->term[i].value);
    kd_set(c->report, "terms", terms);
}

static void compare_loss(check *c, double got)
{
    const kd_value *loss = kd_get(c->g.vector, "loss");
    double want = kd_get_number(c->g.vector, "loss64", NAN);
    double tol = exact ? fmax(SHARE * fabs(want), LOSS_FLOOR) : kd_get_number(loss, "tol", 0);
    kd_value *row = kd_map(c->arena);
    bool ok = fabs(got - want) <= tol;
    kd_set_number(row, "got", got);
    kd_set_number(row, "want", want);
    kd_set_number(row, "err", fabs(got - want));
    kd_set_number(row, "tol", tol);
    kd_set_bool(row, "ok", ok);
    kd_set(c->report, "loss", row);
    c->ok &= ok;
}

/* runs the loss, sums the terms that the vector has, and goes back through them */
static int run_loss(check *c)
{
    const char *phase = kd_get_text(c->g.map, "phase", NULL);
    const char *const *names = term_names(c);
    kd_tensor *sum;
    KD_TRY(kdi_bare_loss(c->g.bare, phase));
    KD_TRY(kdi_bare_sum(c->g.bare, names ? 0 : KDI_DISTIL, names, &sum));
    report_terms(c);
    if (!sum)
        return kd_error(KD_E_METHOD, "%s gave no such term", c->g.bare->method->name);
    sum = kd_scale(sum, (kd_real)kd_get_number(c->g.map, "factor", 1));
    compare_loss(c, (double)kd_item(sum));
    return kdi_bare_backward(c->g.bare, sum);
}

/* ---- gradients -------------------------------------------------------------------------- */

/* is what "grad/x" or "in/x" belongs to bound slice by slice? */
static bool bound_in_slices(check *c, const char *whole)
{
    const char *start = kdi_format(c->arena, "in%s[:,", strchr(whole, '/'));
    for (int i = 0; i < c->g.nbound; i++)
        if (strncmp(c->g.bound[i].from.name, start, strlen(start)) == 0)
            return true;
    return false;
}

/* calls f for "grad/x" or "grad/x[0]", "grad/x[1]"... or "grad/x[:,0]", "grad/x[:,1]"..., of every
 * name in a section */
static int each_reference(check *c, const char *section, int (*f)(check *c, const kdi_reference *r))
{
    const kd_value *names = kd_get(c->g.vector, section);
    for (int64_t i = 0; names && i < names->n; i++) {
        const char *whole = kdi_format(c->arena, "%s/%s", section, names->key[i]);
        bool sliced = bound_in_slices(c, whole);
        int64_t n = sliced ? kdi_reference_slices(c->g.vector, whole)
                           : kdi_reference_count(c->g.vector, whole);
        for (int64_t k = 0; k < (n > 0 ? n : 1); k++) {
            kdi_reference r;
            const char *name = whole;
            if (n > 0)
                name =
                    kdi_format(c->arena, sliced ? "%s[:,%lld]" : "%s[%lld]", whole, (long long)k);
            if (kdi_reference_has(c->g.vector, name, &r))
                KD_TRY(f(c, &r));
        }
    }
    return KD_OK;
}

static int note_largest(check *c, const kdi_reference *r)
{
    c->largest = fmax(c->largest, kd_get_number(r->tensor, "absmax", kdi_reference_absmax(r)));
    return KD_OK;
}

/* the map's reason not to look at this tensor: of its name, or of the list it is in */
static const char *reason(check *c, const char *name)
{
    char whole[96];
    snprintf(whole, sizeof whole, "%.*s", (int)strcspn(name, "["), name);
    const kd_value *ignore = kd_get(c->g.map, "ignore");
    const char *why = kd_get_text(ignore, name, kd_get_text(ignore, whole, NULL));
    return why && why[0] ? why : NULL;
}

/* reported as left out on purpose; false: the map gives no reason */
static bool ignored(check *c, const char *name)
{
    const char *why = reason(c, name);
    if (why)
        kd_push(c->ignored, kd_string(c->arena, kdi_format(c->arena, "%s: %s", name, why)));
    return why;
}

static const kd_real *gradient_or_zeros(check *c, const kd_tensor *x)
{
    const kd_real *g = kdi_bare_grad(x);
    return g ? g : kdi_alloc0(c->arena, (size_t)kd_numel(x) * sizeof *g);
}

static int compare_gradient(check *c, const kdi_reference *r)
{
    bool param = strcmp(kd_get_text(r->tensor, "of", "in"), "param") == 0;
    const char *rest = r->name + strlen("grad/");
    const char *source = kdi_format(c->arena, "%s/%s", param ? "param" : "in", rest);
    const kdi_bound *bound = kdi_golden_bound(&c->g, source);
    if (!bound || !kdi_wants(bound->x)) {
        if (!ignored(c, r->name))
            kdi_golden_miss(&c->g, "%s: %s is no input or parameter of the plugin", r->name,
                            source);
        return KD_OK;
    }
    kdi_reference want = *r;
    double err, tol = kd_get_number(r->tensor, "tol", 0);
    bool has64 = kdi_reference_has(c->g.vector, kdi_format(c->arena, "grad64/%s", rest), &want);
    want.plain = bound->from.plain;
    KD_TRY(kdi_reference_distance(&want, bound->x, gradient_or_zeros(c, bound->x), &err));
    if (exact)
        tol = fmax(SHARE * (has64 ? kdi_reference_absmax(&want) : 0),
                   fmax(FLOOR * c->largest, NOISE));
    compared(c, r->name, err, tol);
    return KD_OK;
}

/* a gradient where the reference has none is as wrong as a missing one */
static void find_unasked(check *c)
{
    for (int i = 0; i < c->g.nbound; i++) {
        const kdi_bound *b = &c->g.bound[i];
        kdi_reference r;
        const char *name = kdi_format(c->arena, "grad%s", strchr(b->from.name, '/'));
        if (kdi_wants(b->x) && kdi_bare_grad(b->x) && !kdi_reference_has(c->g.vector, name, &r) &&
            !ignored(c, name))
            kdi_golden_miss(&c->g, "%s got a gradient, the reference gives it none", b->from.name);
    }
}

/* ---- what is there and was not used --------------------------------------------------------- */

static int find_unused(check *c, const kdi_reference *r)
{
    if (!kdi_golden_bound(&c->g, r->name) && !ignored(c, r->name))
        kdi_golden_miss(&c->g, "%s is not used", r->name);
    return KD_OK;
}

/* ---- what the method keeps ------------------------------------------------------------------ */

/* "out/x", or { value = "out/x", rows = "in/idx" }: those rows of the buffer */
static int compare_after(check *c, const char *path, const kd_value *rule)
{
    kdi_reference want;
    kd_tensor *x = kdi_scope_find(c->g.bare->own, path);
    const char *name = rule->kind == KD_V_STRING ? rule->text : kd_get_text(rule, "value", "");
    const char *rows = rule->kind == KD_V_MAP ? kd_get_text(rule, "rows", NULL) : NULL;
    const kdi_bound *at = rows ? kdi_golden_bound(&c->g, rows) : NULL;
    KD_TRY(kdi_reference_find(c->g.vector, name, &want));
    if (!x)
        return kd_error(KD_E_USAGE, "%s owns no %s", c->g.bare->method->name, path);
    if (rows && !at)
        return kd_error(KD_E_USAGE, "rows = %s: no such input is bound", rows);
    double err;
    kd_tensor *kept = at ? kd_gather(x, at->x) : x;
    KD_TRY(kd_error_code());
    KD_TRY(kdi_reference_distance(&want, kept, kd_reals(kept), &err));
    compared(c, name, err, OUT_SHARE * kdi_reference_absmax(&want));
    return KD_OK;
}

static int run_after(check *c)
{
    const kd_value *after = kd_get(c->g.map, "after");
    if (!after)
        return KD_OK;
    KD_TRY(kdi_bare_after(c->g.bare));
    for (int64_t i = 0; i < after->n; i++)
        KD_TRY(compare_after(c, after->key[i], after->item[i]));
    return KD_OK;
}

/* ---- one case -------------------------------------------------------------------------------- */

static int compare_all(check *c, const kd_method *m)
{
    KD_TRY(kdi_golden_bind(&c->g, m, c->arena));
    KD_TRY(each_reference(c, "grad", note_largest));
    KD_TRY(run_loss(c));
    KD_TRY(each_reference(c, "grad", compare_gradient));
    find_unasked(c);
    KD_TRY(each_reference(c, "in", find_unused));
    KD_TRY(each_reference(c, "param", find_unused));
    return run_after(c);
}

static int need(const kd_value *spec, const char *const key[4], const char *out[4])
{
    for (int i = 0; i < 4; i++)
        KD_TRY(kd_need_text(spec, key[i], &out[i]));
    return KD_OK;
}

static int golden_run(const kd_value *args, kdi_arena *a, kd_value **result)
{
    static const char *const key[] = { "method", "path", "group", "case" };
    const kd_value *spec, *map;
    const char *text[4];
    const kd_method *m;
    kd_value *vector;
    KD_TRY(kd_arg_map(args, 0, &spec));
    KD_TRY(kd_need_map(spec, "map", &map));
    KD_TRY(need(spec, key, text));
    KD_TRY(kdi_registry_open());
    KD_TRY(kdi_method_find(text[0], &m));
    KD_TRY(kdi_golden_case(text[1], text[2], text[3], a, &vector));
    check c = { .g = { .vector = vector, .map = map }, .arena = a, .ok = true };
    c.report = kd_map(a);
    c.tensors = kd_list(a);
    c.ignored = kd_list(a);
    int code = compare_all(&c, m);
    kdi_bare_free(c.g.bare);
    KD_TRY(code);
    kd_set_bool(c.report, "ok", c.ok && c.g.missing->n == 0);
    kd_set(c.report, "tensors", c.tensors);
    kd_set(c.report, "missing", c.g.missing);
    kd_set(c.report, "ignored", c.ignored);
    *result = c.report;
    return KD_OK;
}

/* ---- a case without its numbers ------------------------------------------------------ */

static kd_value *shape_list(kdi_arena *a, kd_shape s)
{
    kd_value *list = kd_list(a);
    for (int i = 0; i < s.n; i++)
        kd_push(list, kd_int(a, s.d[i]));
    return list;
}

static kd_value *without_numbers(kdi_arena *a, const kd_value *v)
{
    const kd_value *data = kd_get(v, "data");
    if (v->kind == KD_V_LIST || (v->kind == KD_V_MAP && !(data && data->kind == KD_V_ARRAY))) {
        kd_value *copy = v->kind == KD_V_LIST ? kd_list(a) : kd_map(a);
        for (int64_t i = 0; i < v->n; i++) {
            kd_value *member = without_numbers(a, v->item[i]);
            if (v->kind == KD_V_LIST)
                kd_push(copy, member);
            else
                kd_set(copy, v->key[i], member);
        }
        return copy;
    }
    if (v->kind != KD_V_MAP)
        return (kd_value *)v;
    kd_value *copy = kd_map(a);
    for (int64_t i = 0; i < v->n; i++)
        if (v->item[i] != data)
            kd_set(copy, v->key[i], v->item[i]);
    kd_set(copy, "shape", shape_list(a, data->shape));
    return copy;
}

static int golden_shapes(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path, *group, *name;
    kd_value *vector;
    KD_TRY(kd_arg_text(args, 0, &path));
    KD_TRY(kd_arg_text(args, 1, &group));
    KD_TRY(kd_arg_text(args, 2, &name));
    KD_TRY(kdi_golden_case(path, group, name, a, &vector));
    *result = without_numbers(a, vector);
    return KD_OK;
}

const kdi_call kdi_golden_calls[] = {
    { "golden_run", golden_run },
    { "golden_shapes", golden_shapes },
    { 0 },
};
