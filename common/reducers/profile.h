// `profile`: statistics of the training rows of a table (internal; see
// common/prepare/table_profile.h for what is kept and how it stays small).
#pragma once

#include "common/reducers/reducer_entry.h"

namespace mote {

// A partial is an encoded TableProfile of at most 60 KiB. Finish yields it as it is
// (kBlob): planners read the raw root.
ReducerEntry ProfileEntry();

}  // namespace mote
