/* world.h - where a method is checked: a kind of input with small networks for it, in which what
 * the method reads is there. One row a world; a method is checked in the first that suits it. */
#ifndef KDI_WORLD_H
#define KDI_WORLD_H

#include <kd/dataset.h>
#include "check/scene.h"

typedef struct kdi_world_run { /* a pair of networks for point 7; NULL: the usual one */
    const char *name, *student, *teacher;
} kdi_world_run;

typedef struct kdi_world {
    const char *name;             /* "images, convolutional networks" */
    const kdi_scene *scenes;      /* equal networks, a wider teacher, ...; ends with {0} */
    const kdi_scene *awkward;     /* ends with {0} */
    const kd_dataset_class *data; /* of whole runs, and the usual pair of networks */
    const char *student, *teacher;
    const kdi_world_run *runs; /* ends with {0} */
} kdi_world;

/* the first world whose networks the method's setup does not call not applicable; the first of all
 * when there is none */
const kdi_world *kdi_world_of(const kd_method *m);

#endif
