/* golden_check.h - one method against one reference case, as the method's golden.lua maps it.
 *
 *   golden_shapes(path, group, case) -> the case without its numbers: every tensor is a table with
 *       `shape` and its attributes, a list of tensors a list of those
 *   golden_run { method, path, group, case, map } -> report:
 *       ok          every comparison below holds and nothing is missing
 *       loss        { got, want, err, tol, ok }
 *       tensors     list of { name, err, tol, ok }
 *       missing     list of sentences: what the map leaves out
 *       ignored     list of sentences: what it leaves out with a reason
 *       terms       name -> weighted value
 * What a map may say is written at the top of lua/golden.lua. */
#ifndef KDI_GOLDEN_CHECK_H
#define KDI_GOLDEN_CHECK_H

#include "base/value.h"

extern const kdi_call kdi_golden_calls[];

#endif
