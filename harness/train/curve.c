/* The numbers of every epoch, by name. */
#include "train/trainer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

double *kdi_curve_at(kdi_trainer *t, const char *name, int epoch)
{
    static double nowhere;
    int i = 0;
    while (i < t->ncurve && strcmp(t->curve[i].name, name) != 0)
        i++;
    if (i == t->ncurve) {
        if (i == KDI_MAX_CURVES) {
            kd_fail("more than %d curves: %s is one too many", KDI_MAX_CURVES, name);
            return &nowhere;
        }
        kdi_curve *c = &t->curve[t->ncurve++];
        snprintf(c->name, sizeof c->name, "%s", name);
        c->value = kdi_alloc(t->arena, (size_t)t->nepochs * sizeof *c->value);
        for (int k = 0; k < t->nepochs; k++)
            c->value[k] = NAN;
    }
    return &t->curve[i].value[epoch];
}
