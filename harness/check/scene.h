/* scene.h - random steps for any method's callbacks: as many networks as it asks for, of given
 * sizes, with logits, pooled features, taps, labels and places in the training set. */
#ifndef KDI_SCENE_H
#define KDI_SCENE_H

#include "check/bare.h"

/* Either a real network, for methods that go on from a feature with it, or sizes that no network
 * need have. */
typedef struct kdi_scene_net {
    int stages; /* taps after the stem */
    int64_t height,
        channels; /* maps: of the first; each is half as high as the one before, and
                     stage i has i + 1 times the channels. Rows: how many, and how wide */
    int64_t pooled;
    const char *arch; /* the network; then the rest is its affair */
    int64_t heads;    /* of attention layers, whose taps are rows N,P,C */
} kdi_scene_net;

typedef struct kdi_scene {
    const char *name;
    int64_t batch, classes;
    kdi_scene_net student, teacher;
    double logits, features; /* their sizes; 0 means zeros, negative: one value for all samples */
    const kd_input *input;   /* what networks are fed; NULL: images of 8x8 pixels */
} kdi_scene;

/* Makes the step, with options bound and .setup done, and fills it. On failure *out is NULL and the
 * error says why. */
int kdi_scene_open(kdi_bare **out, const kd_method *m, const kdi_scene *scene,
                   const kd_value *options, uint64_t seed);
/* new random values for every leaf: nothing lies on the kink at 0 */
void kdi_scene_fill(kdi_bare *b, const kdi_scene *scene, uint64_t seed);
/* the method's own parameters away from special values such as a bias of 0 */
void kdi_scene_shake(kdi_bare *b, uint64_t seed);

/* how many teachers and students a method is checked with */
int kdi_check_teachers(const kd_method *m);
int kdi_check_students(const kd_method *m);

/* names of the phases with a loss of their own, or "main"; ends with NULL */
const char *const *kdi_phase_names(const kd_method *m, kdi_arena *a);
/* can its loss be run on tensors alone? Not if it runs the whole step itself. */
bool kdi_runs_bare(const kd_method *m);

#endif
