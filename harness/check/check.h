/* check.h - the points that every method is checked for, for Lua to run one by one:
 *
 *   check_points()              list of { point, title }, those of this build, in order
 *   check_point(method, point)  { point, ok, seconds, faults = {..}, remarks = {..} }
 *   check_models(file)          as models_check.h says */
#ifndef KDI_CHECK_H
#define KDI_CHECK_H

#include "base/value.h"

extern const kdi_call kdi_check_calls[];

#endif
