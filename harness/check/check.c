/* The table of points, and running one. The numbers are those of the list in the documentation;
 * point 2, reference vectors, is golden_check.c's. */
#include "check/check.h"
#include "check/models_check.h"
#include "check/verdict.h"
#include "train/registry.h"

#include <string.h>
#include <time.h>

#ifdef KD_DOUBLE
enum { DOUBLE = 1 };
#else
enum { DOUBLE = 0 };
#endif

static const struct point {
    int number;
    const char *name, *title;
    void (*run)(const kd_method *m, kdi_verdict *v);
    bool needs_double; /* numeric differences of floats would be noise */
} points[] = {
    { 1, "descriptor", "what it says of itself is sound", kdi_point_descriptor, false },
    { 3, "gradient", "gradients agree with central differences", kdi_point_gradient, true },
    { 4, "frozen", "teachers stay, everything else is trained", kdi_point_frozen, false },
    { 5, "property", "claimed properties hold", kdi_point_property, false },
    { 6, "repeat", "repeats and resumes bit for bit", kdi_point_repeat, false },
    { 7, "edge", "options at their ends, awkward shapes", kdi_point_edge, false },
    { 8, "distil", "its terms move the student", kdi_point_distil, false },
};
enum { POINTS = sizeof points / sizeof points[0] };

static int list_points(const kd_value *args, kdi_arena *a, kd_value **result)
{
    (void)args;
    *result = kd_list(a);
    for (int i = 0; i < POINTS; i++) {
        if (points[i].needs_double && !DOUBLE)
            continue;
        kd_value *p = kd_map(a);
        kd_set_int(p, "number", points[i].number);
        kd_set_text(p, "point", points[i].name);
        kd_set_text(p, "title", points[i].title);
        kd_push(*result, p);
    }
    return KD_OK;
}

static kd_value *texts(const char *const *text, int n, kdi_arena *a)
{
    kd_value *list = kd_list(a);
    for (int i = 0; i < n && i < KDI_MOST_FAULTS; i++)
        kd_push(list, kd_string(a, text[i]));
    if (n > KDI_MOST_FAULTS)
        kd_push(list, kd_string(a, kdi_format(a, "and %d more", n - KDI_MOST_FAULTS)));
    return list;
}

static double cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static int run_point(const kd_method *m, const struct point *p, kdi_arena *a, kd_value **result)
{
    kdi_verdict v = { .arena = a };
    double began = cpu_seconds();
    p->run(m, &v);
    if (kd_failed())
        kdi_fault(&v, "%s", kdi_taken_error(&v));
    *result = kd_map(a);
    kd_set_text(*result, "point", p->name);
    kd_set_int(*result, "number", p->number);
    kd_set_bool(*result, "ok", v.nfault == 0);
    kd_set_number(*result, "seconds", cpu_seconds() - began);
    kd_set(*result, "faults", texts(v.fault, v.nfault, a));
    kd_set(*result, "remarks", texts(v.remark, v.nremark, a));
    return KD_OK;
}

static int check_point(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *method, *name;
    const kd_method *m;
    KD_TRY(kd_arg_text(args, 0, &method));
    KD_TRY(kd_arg_text(args, 1, &name));
    KD_TRY(kdi_registry_open());
    KD_TRY(kdi_method_find(method, &m));
    for (int i = 0; i < POINTS; i++)
        if (strcmp(points[i].name, name) == 0)
            return run_point(m, &points[i], a, result);
    return kd_error(KD_E_USAGE, "no point '%s'", name);
}

/* check_models(file, families or nil) -> what kdi_check_models reports */
static int check_models(const kd_value *args, kdi_arena *a, kd_value **result)
{
    const char *path;
    const kd_value *families = kd_arg(args, 1);
    KD_TRY(kd_arg_text(args, 0, &path));
    if (families && families->kind != KD_V_LIST)
        return kd_error(KD_E_USAGE, "check_models: families are a list of names");
    return kdi_check_models(path, families, a, result);
}

const kdi_call kdi_check_calls[] = {
    { "check_points", list_points },
    { "check_point", check_point },
    { "check_models", check_models },
    { 0 },
};
