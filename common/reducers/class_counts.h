// How many rows each class has, by a column of class numbers (internal).
//
// Partial: pairs of i64 (class, rows), classes ascending, at most 1000 of them.
#pragma once

#include <cstdint>

#include "common/reducers/reducer_entry.h"

namespace mote {

inline constexpr int64_t kTrainClassesMax = 1000;

// Parameters: {"label": column}. Leaf reads that column (i64, from 0); Finish
// yields {"classes": [[class, rows], …]}.
//
// InvalidArgument (Leaf): a class is negative or not below kTrainClassesMax.
ReducerEntry ClassCountsEntry();

}  // namespace mote
