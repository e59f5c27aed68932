/* scene.h - random steps for any method's callbacks: as many networks as it asks for, of given
 * sizes, with logits, pooled features, taps, labels and places in the training set. */
#ifndef KDI_SCENE_H
#define KDI_SCENE_H

#include "check/bare.h"

/* Either a real network, for methods that go on from a feature with it, or sizes that no network
 * need have. */
typedef struct kdi_scene_net {
    int stages;               /* maps after the stem; each half as high as the one before */
    int64_t height, channels; /* of the first; stage i has i + 1 times the channels */
    int64_t pooled;
    const char *arch; /* the network, fed with 8x8 images; then the rest is its affair */
} kdi_scene_net;

typedef struct kdi_scene {
    const char *name;
    int64_t batch, classes;
    kdi_scene_net student, teacher;
    double logits, features; /* their sizes; 0 means zeros, negative: one value for all samples */
} kdi_scene;

/* equal networks; a wider teacher; a teacher with larger, more and wider maps. Ends with {0}. Equal
 * networks have equal weights. */
extern const kdi_scene kdi_scenes[];

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
