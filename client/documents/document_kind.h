// What a document says, told by its fields: stages yield plain JSON.
#pragma once

#include "common/json_fwd.h"

namespace mote::client {

enum class DocumentKind {
  kReport,      // classification_report (common/reducers/report_document.h)
  kQuality,     // of prepare and apply (common/prepare/quality.h)
  kEpochs,      // history of train (coordinator/plan/train_progress.h)
  kRounds,      // history of boost (coordinator/plan/boost_progress.h)
  kImportance,  // coordinator/plan/importance_planner.h
  kDependence,  // coordinator/plan/dependence_planner.h
  kGain,        // of trees' features (worker/engine/trees/tree_gain.h)
  kEnsemble,    // coordinator/plan/ensemble_planner.h
  kOther,
};

// Fields of that kind may all the same hold other things: who reads them expects Json's
// exceptions.
DocumentKind KindOf(const Json& document);

}  // namespace mote::client
