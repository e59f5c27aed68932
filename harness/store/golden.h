/* golden.h - reference vectors: what an implementation by others gives for a loss and its gradients
 * (one group /<method>/<case> each), and for whole networks (one group each).
 *
 * A case, as a map:
 *   method case family source note   strings ("" where the file has none)
 *   fd_err                           number
 *   hp                               map of hp.*: int, number, string, or list of numbers
 *   in param state grad grad64 out part
 *                                    maps, empty where there are none: name -> tensor, or
 *                                    name -> list of tensors (nil where one is missing)
 *   loss                             map: data (number), err32, tol
 *   loss64                           number
 * A tensor is a map: data (array with the stored type and shape; no axes for a scalar) and whatever
 * attributes it has (student, of, absmax, err32, zero, tol).
 *
 * A network, as a map:
 *   the group's attributes (parameters, gain2, err32, hp.*, ...)
 *   layout                           list of maps: name, kind, shape (list of ints)
 *   eval train                       maps: logits, grad_input_first, grad_input_absmax as arrays,
 *                                    loss (number), grad: map "0005" -> array or map with @data,
 *                                    feat, preact: lists of maps data (array), shape (list),
 *                                    name ("" where the file has none)
 *   whatever else the group has      as kdi_h5_read gives it */
#ifndef KDI_GOLDEN_H
#define KDI_GOLDEN_H

#include "base/value.h"

/* every case of every method: maps with method, case, family, source, note */
int kdi_golden_list(const char *path, kdi_arena *a, kd_value **list);
int kdi_golden_case(const char *path, const char *method, const char *name, kdi_arena *a,
                    kd_value **out);

/* the names of the networks, as a list of strings */
int kdi_golden_models(const char *path, kdi_arena *a, kd_value **list);
int kdi_golden_model(const char *path, const char *group, kdi_arena *a, kd_value **out);

/* whole method groups to a new file; methods ends with NULL */
int kdi_golden_copy(const char *from, const char *const *methods, const char *to);

#endif
