#include "client/documents/document_kind.h"

#include "common/json.h"

namespace mote::client {
namespace {

struct Mark {
  const char* first;
  const char* second;
  DocumentKind kind;
};

constexpr Mark kMarks[] = {
    {"macro_avg", "classes", DocumentKind::kReport},
    {"importance_of", "features", DocumentKind::kImportance},
    {"dependence_of", "features", DocumentKind::kDependence},
    {"ensemble_of", "models", DocumentKind::kEnsemble},
    {"epochs", "steps", DocumentKind::kEpochs},
    {"rounds", "kept_rounds", DocumentKind::kRounds},
    {"leaves", "features", DocumentKind::kGain},
    {"rows", "columns", DocumentKind::kQuality},
};

}  // namespace

DocumentKind KindOf(const Json& document) {
  if (!document.is_object()) return DocumentKind::kOther;
  for (const Mark& mark : kMarks) {
    if (document.contains(mark.first) && document.contains(mark.second)) return mark.kind;
  }
  return DocumentKind::kOther;
}

}  // namespace mote::client
