// The measure of an epoch: the mean loss and the head of a classification report.
#pragma once

#include "common/reducers/reducer_entry.h"

namespace mote {

// Takes rows with the columns of classification_report and loss:f64. Finish yields
// {accuracy, f1_macro, loss, precision_macro, recall_macro, rows} and, for two
// classes that both occur, roc_auc.
//
// Partial: rows i64, loss f64 (a sum over rows), then the partial of
// classification_report. Internal: `train` names it, job files cannot.
ReducerEntry ValidationEntry();

}  // namespace mote
