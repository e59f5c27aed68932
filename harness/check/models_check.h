/* models_check.h - whole networks against reference outputs (layout: store/golden.h). */
#ifndef KDI_MODELS_CHECK_H
#define KDI_MODELS_CHECK_H

#include "base/value.h"
#include "models/net.h"

/* Every network of the file, or those of `families` (list of strings; NULL: all): built by the name
 * of its group and its hp.*, filled by the file's rule, run forward and backward in evaluation and
 * training mode, and once more frozen with its batch-norms folded.
 * KD_SIMD=off is the portable path, which has narrower bounds in float than the fast one.
 * An error only when the file cannot be read; what does not agree is in the report:
 *
 *   ok, build ("float" or "double"), path ("plain" or "fast"), groups: list of maps
 *     group, ok, reason ("" or the first thing that is wrong), family, arch, parameters,
 *     modes: list of maps { mode, ok, tolerance, worst (relative error), at, compared (numbers) }
 */
int kdi_check_models(const char *golden_path, const kd_value *families, kdi_arena *a,
                     kd_value **report);

/* Gives every parameter and buffer its value of the fill rule; `golden` is kdi_golden_model's.
 * Names and shapes must be those of the file, in its order. */
int kdi_golden_fill(kd_net *net, const kd_value *golden);

/* The images that the references were run on: N,C,H,W numbers of a formula, as our N,H,W,C. */
kd_tensor *kdi_golden_images(kd_engine *e, int64_t n, const kd_input *in);

#endif
