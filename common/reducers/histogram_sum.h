// Sums of whole numbers, element by element: the histograms of boosted trees.
//
// Whole numbers add up to the same bits in any order. Partial: i64 values.
#pragma once

#include "common/reducers/reducer_entry.h"

namespace mote {

// Takes no parameters. Combine is InvalidArgument when the lengths differ; sums wrap
// around. Finish yields the partial as a blob.
//
// Internal: boost names it, job files cannot.
ReducerEntry HistogramSumEntry();

}  // namespace mote
