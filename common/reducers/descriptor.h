// `descriptor`: the one task's bytes are an encoded Dataset; the answer is that table.
#pragma once

#include "common/reducers/reducer_entry.h"

namespace mote {

// For passes of one task that find out where the rows of a table lie. Not for job files.
ReducerEntry DescriptorEntry();

}  // namespace mote
