/* Point 8: it distils. In a short training its terms are numbers, are not all zero, pull at the
 * student, and the student ends elsewhere than one that learned from labels alone. */
#include "check/toy.h"
#include "check/verdict.h"
#include "train/registry.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Largest difference of two trainings' student weights over the largest weight that still counts as
 * rounding; what a term of any use does in a dozen steps is a hundred times more. */
static const double ROUNDING = 1e-5;

static int largest(kd_tensor *x, const char *path, const char *unused, void *user)
{
    (void)path;
    (void)unused;
    for (int64_t i = 0, n = x->flags & KDI_PARAM ? kd_numel(x) : 0; i < n; i++)
        *(double *)user = fmax(*(double *)user, fabs((double)kdi_r(x)[i]));
    return KD_OK;
}

typedef struct difference {
    kd_scope *other;
    double most;
} difference;

static int subtract(kd_tensor *x, const char *path, const char *unused, void *user)
{
    difference *d = user;
    kd_tensor *y = kdi_scope_find(d->other, path);
    (void)unused;
    for (int64_t i = 0, n = x->flags & KDI_PARAM && y ? kd_numel(x) : 0; i < n; i++) {
        double off = fabs((double)kdi_r(x)[i] - (double)kdi_r(y)[i]);
        d->most = off <= d->most ? d->most : off;
    }
    return KD_OK;
}

/* against the plain student of the same seed: same initial weights, same batches */
static int compare_with_plain(kdi_trainer *t, kdi_verdict *v)
{
    const kd_method *none;
    kdi_trainer *plain;
    double size = 0;
    KD_TRY(kdi_method_find("none", &none));
    KD_TRY(kdi_toy_open(&plain, none, &(kdi_toy){ .world = kdi_world_of(t->method) }, v->arena));
    int code = kdi_toy_train(plain, KDI_TOY_EPOCHS);
    difference d = { .other = plain->student[0]->scope };
    kdi_scope_each(plain->student[0]->scope, largest, &size);
    kdi_scope_each(t->student[0]->scope, subtract, &d);
    if (code == KD_OK && !(d.most > ROUNDING * size))
        kdi_fault(v,
                  "after training its student is the plain student: their weights differ by %.3g "
                  "of the largest",
                  d.most / size);
    kdi_toy_close(plain);
    return code;
}

/* largest |value| over the run of every curve "term_x"; a term seen only as zero is no help */
static void check_terms(const kdi_trainer *t, kdi_verdict *v)
{
    double most = 0;
    int n = 0;
    for (int i = 0; i < t->ncurve; i++) {
        const kdi_curve *c = &t->curve[i];
        if (strncmp(c->name, "term_", 5) != 0 || strcmp(c->name, "term_ce") == 0)
            continue;
        for (int k = 0; k < t->nepochs; k++)
            if (!isnan(c->value[k]))
                most = fmax(most, fabs(c->value[k]));
        n++;
    }
    if (n == 0)
        kdi_fault(v, "it gives no term but the labels'");
    else if (!(most > 0))
        kdi_fault(v, "its distilling terms are zero all the time");
}

static void judge(kdi_trainer *t, kdi_verdict *v)
{
    double size = 0;
    kdi_scope_each(t->students, largest, &size);
    if (!isfinite(size))
        kdi_fault(v, "after training a student has weights that are not finite");
    if (t->method->baseline)
        return;
    if (!t->method->step) {
        check_terms(t, v);
        if (!(t->distil_norm > 0))
            kdi_fault(v, "its distilling terms give the student no gradient");
    }
    if (compare_with_plain(t, v) != KD_OK)
        kdi_fault(v, "the plain student: %s", kdi_taken_error(v));
}

void kdi_point_distil(const kd_method *m, kdi_verdict *v)
{
    kdi_trainer *t;
    int code = kdi_toy_open(&t, m, NULL, v->arena);
    if (code == KD_OK)
        code = kdi_toy_train(t, KDI_TOY_EPOCHS);
    if (code == KD_OK)
        judge(t, v);
    else
        kdi_fault(v, "training failed: %s", kdi_taken_error(v));
    kdi_toy_close(t);
}
