// Puts rows into blobs: what reducers do with the table that they end in.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "common/dataset.h"
#include "common/output.h"
#include "common/reducer.h"
#include "common/table.h"

namespace mote {

// Stores the rows as blobs of whole rows, in order, each as full as 4 MiB allow. What fits
// one blob is not copied.
//
// InvalidArgument: the bytes are not `rows` whole rows of the schema, the schema
// has no columns but there are rows, or one row is larger than a blob.
absl::StatusOr<std::vector<Segment>> StoreRows(Table table, BlobSink& blobs);

// The output of kind kTable of rows that are stored: their columns and the descriptor.
Output DatasetOutput(const Dataset& dataset, BlobSink& blobs);

// StoreRows, and the output that names them. Errors as StoreRows.
absl::StatusOr<Output> StoreTable(Table table, BlobSink& blobs);

}  // namespace mote
