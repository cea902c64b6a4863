#include "client/jobfile/resolve.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/jobfile/graph.h"

namespace mote::client {
namespace {

using Descriptions = google::protobuf::RepeatedPtrField<v1::OperationDescription>;
using Parameter = v1::ParameterDescription;

const v1::OperationDescription* FindIn(const Descriptions& list, const std::string& name) {
  for (const v1::OperationDescription& description : list) {
    if (description.name() == name) return &description;
  }
  return nullptr;
}

std::vector<std::string> NamesOf(const Descriptions& list) {
  std::vector<std::string> names;
  for (const v1::OperationDescription& description : list) names.push_back(description.name());
  return names;
}

// Names of parameters; their values are the coordinator's to judge.
void CheckParameterNames(const v1::OperationDescription& description, const Node& given, const std::string& what,
                         Place place, Problems* problems) {
  std::vector<std::string> known;
  for (const Parameter& parameter : description.parameters()) known.push_back(parameter.name());
  for (const Node::Entry& entry : given.entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    const std::string has = known.empty() ? absl::StrCat("; ", description.name(), " has no parameters")
                                          : absl::StrCat("; ", description.name(), " has ", absl::StrJoin(known, ", "));
    const std::string nearest = Suggestion(entry.key, known);
    problems->Add(entry.place,
                  absl::StrCat("unknown field '", entry.key, "' in ", what, nearest.empty() ? has : nearest));
  }
  for (const Parameter& parameter : description.parameters()) {
    const bool required = parameter.default_value().empty() && !parameter.optional();
    if (!required || given.Find(parameter.name()) != nullptr) continue;
    problems->Add(
        place, absl::StrCat("field '", parameter.name(), "' is missing in ", what, "; it is: ", parameter.summary()));
  }
}

// What says how rows are shared out stands in `split` beside the fractions.
bool IsSplitRule(const std::string& key) {
  return key == "seed" || key == "group" || key == "order" || key == "stratify";
}

// Names of a stage's outputs; "<split>" stands for the fractions of `split`.
std::vector<std::string> OutputsOf(const v1::OperationDescription& description, const Node& parameters) {
  std::vector<std::string> names;
  for (const std::string& output : description.outputs()) {
    if (output != "<split>") {
      names.push_back(output);
      continue;
    }
    const Node::Entry* split = parameters.Find("split");
    for (const Node::Entry& entry : split != nullptr ? split->value.entries : std::vector<Node::Entry>()) {
      if (!IsSplitRule(entry.key)) names.push_back(entry.key);
    }
    if (split == nullptr || split->value.entries.empty()) names.push_back("all");
  }
  return names;
}

// References that stand in an operation's parameters, such as train's `validate`.
void AddParameterReferences(const v1::OperationDescription& description, int stage, const JobFile& job,
                            std::vector<Reference>* references) {
  for (const Parameter& parameter : description.parameters()) {
    const Node::Entry* entry = job.parameters[stage].Find(parameter.name());
    if (entry == nullptr) continue;
    const bool reference = parameter.kind() == Parameter::KIND_REFERENCE || parameter.kind() == Parameter::KIND_MODEL;
    std::vector<const Node*> named;
    if (reference) named.push_back(&entry->value);
    if (parameter.kind() == Parameter::KIND_REFERENCES) {
      for (const Node& item : entry->value.items) named.push_back(&item);
    }
    for (const Node* node : named) {
      if (!node->IsText()) continue;
      references->push_back({stage, node->text,
                             absl::StrCat(parameter.name(), " of stage '", job.spec.stages(stage).name(), "'"),
                             node->place});
    }
  }
}

void CheckStage(const v1::ListOperationsResponse& offered, int index, const JobFile& job, StageOutputs* outputs,
                std::vector<Reference>* references, Problems* problems) {
  const v1::Stage& stage = job.spec.stages(index);
  const std::string& name = stage.operation().name();
  const PlaceIndex::Path at = {"stages", absl::StrCat(index), name};
  const v1::OperationDescription* operation = FindIn(offered.operations(), name);
  const std::string where = absl::StrCat(" in stage '", stage.name(), "'");
  if (operation == nullptr) {
    const std::vector<std::string> known = NamesOf(offered.operations());
    problems->Add(job.places.Find(at).key,
                  absl::StrCat("unknown operation '", name, "'", where, Suggestion(name, known),
                               "; this coordinator has ", absl::StrJoin(known, ", ")));
  } else {
    CheckParameterNames(*operation, job.parameters[index], absl::StrCat("stage '", stage.name(), "'"),
                        job.places.Find(at).key, problems);
    AddParameterReferences(*operation, index, job, references);
    (*outputs)[index] = OutputsOf(*operation, job.parameters[index]);
  }
  if (!stage.has_reduce()) return;
  const std::string& reduce = stage.reduce().name();
  const Place place = job.places.Find({"stages", absl::StrCat(index), "reduce", reduce}).key;
  const v1::OperationDescription* reducer = FindIn(offered.reducers(), reduce);
  if (reducer == nullptr) {
    const std::vector<std::string> known = NamesOf(offered.reducers());
    problems->Add(place, absl::StrCat("unknown reducer '", reduce, "'", where, Suggestion(reduce, known),
                                      "; this coordinator has ", absl::StrJoin(known, ", ")));
  } else {
    CheckParameterNames(*reducer, job.reduce_parameters[index], absl::StrCat("reduce '", reduce, "'", where), place,
                        problems);
  }
}

}  // namespace

absl::Status CheckAgainst(const v1::ListOperationsResponse& offered, JobFile* job) {
  Problems problems(job->path);
  StageOutputs outputs(job->spec.stages_size());
  std::vector<Reference> references = ReferencesOf(*job);
  for (int i = 0; i < job->spec.stages_size(); ++i) {
    CheckStage(offered, i, *job, &outputs, &references, &problems);
  }
  CheckGraph(*job, references, outputs, &problems);
  return problems.ToStatus();
}

absl::Status WithPlaces(const absl::Status& status, const JobFile& job) {
  if (status.code() != absl::StatusCode::kInvalidArgument) return status;
  Problems problems(job.path);
  AddRemoteProblems(std::string(status.message()), job.places, &problems);
  return problems.empty() ? status : problems.ToStatus();
}

}  // namespace mote::client
