/* weights_file.h - weights in files of anybody's: torch's names and layout, in HDF5 or safetensors.
 *
 * A file as a value:
 *   format   "HDF5" or "safetensors"
 *   tensor   map: name -> array; halves (F16, BF16) have become float32, which holds them exactly
 *   type     map: name -> how the file calls the tensor's type: "F16"
 *   about    what a kdbench that wrote it says of the network (results/SCHEMA.md); nil in others'
 */
#ifndef KDI_WEIGHTS_FILE_H
#define KDI_WEIGHTS_FILE_H

#include "base/value.h"

enum { KDI_WEIGHTS_MOST = 16384 }; /* tensors of one file */

/* Whoever made it. HDF5: datasets at the root or in the group weights, state_dict or model, groups
 * inside it joined by dots; of a run.h5 those of `which`: last (NULL: the same) or best_val. */
int kdi_weights_read(const char *path, const char *which, kdi_arena *a, kd_value **file);

/* path.part, fsync, rename. `format`: "HDF5" or "safetensors". Equal values: equal bytes. */
int kdi_weights_write(const char *path, const char *format, const kd_value *tensor,
                      const kd_value *about);
/* the format that a path's ending means: .h5, .hdf5 or .safetensors */
int kdi_weights_format(const char *path, const char **format);

/* Are these the same weight? Ones at the end do not count: that of a 1x1 convolution is a matrix.
 */
bool kdi_same_weights(kd_shape a, kd_shape b);

/* ---- inside the store -------------------------------------------------------------- */

/* safetensors.c: one file, or the same bytes in memory, which messages call `path` */
int kdi_safetensors_read(const char *path, kdi_arena *a, kd_value **file);
int kdi_safetensors_parse(const char *path, const uint8_t *data, int64_t size, kdi_arena *a,
                          kd_value **file);
int kdi_safetensors_write(const char *path, const kd_value *tensor, const kd_value *about);

#endif
