/* toy.h - whole training runs small enough to be run dozens of times: samples of four classes made
 * by a formula, networks of a few thousand parameters. */
#ifndef KDI_TOY_H
#define KDI_TOY_H

#include "check/world.h"
#include "train/trainer.h"

enum { KDI_TOY_BATCH = 16, KDI_TOY_EPOCHS = 4 };

/* what a run is made of; zeros mean the usual of the world */
typedef struct kdi_toy {
    const char *student, *teacher; /* as kdi_model_parse reads them */
    const kd_value *options;       /* of the method; NULL: the small defaults */
    int64_t batch;
    int students;           /* 0: as few as the method allows */
    const kdi_world *world; /* NULL: the method's */
} kdi_toy;

/* A trainer of method `m` at epoch 0. Until kdi_toy_close the arena must live. */
int kdi_toy_open(kdi_trainer **out, const kd_method *m, const kdi_toy *toy, kdi_arena *a);
void kdi_toy_close(kdi_trainer *t); /* closes its data too */
int kdi_toy_train(kdi_trainer *t, int epochs);

#endif
