#include <filesystem>
#include <map>

#include "absl/strings/str_cat.h"
#include "client/inputs/packed_file.h"
#include "client/jobfile/resolve.h"
#include "client/jobfile/struct_value.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

using Parameter = v1::ParameterDescription;

// Replaces the paths in a tree of parameters by the artifacts of their files.
class FilePutter {
 public:
  FilePutter(const PutFile& put, const PutInput& put_input, JobFile* job)
      : put_(put), put_input_(put_input), job_(*job), problems_(job->path) {}

  absl::Status Run(const v1::ListOperationsResponse& offered) {
    for (int i = 0; i < job_.spec.inputs_size(); ++i) {
      v1::Input* input = job_.spec.mutable_inputs(i);
      if (!input->shared().empty() || !input->sites().empty()) continue;
      const Place place = job_.places.Find({"inputs", absl::StrCat(i)}).key;
      MOTE_ASSIGN_OR_RETURN(const std::string artifact, PutInputAt(job_.input_files[i], place));
      input->set_artifact(artifact);
    }
    for (int i = 0; i < job_.spec.stages_size(); ++i) MOTE_RETURN_IF_ERROR(PutStage(offered, i));
    return problems_.ToStatus();
  }

 private:
  absl::Status PutStage(const v1::ListOperationsResponse& offered, int index) {
    v1::Operation* operation = job_.spec.mutable_stages(index)->mutable_operation();
    Node parameters = job_.parameters[index];
    for (const v1::OperationDescription& description : offered.operations()) {
      if (description.name() != operation->name()) continue;
      for (const Parameter& parameter : description.parameters()) {
        Node::Entry* entry = parameters.Find(parameter.name());
        if (entry != nullptr) MOTE_RETURN_IF_ERROR(Normalise(parameter.kind(), &entry->value));
      }
    }
    *operation->mutable_parameters() = ToStruct(parameters, &problems_);
    return absl::OkStatus();
  }

  absl::Status Normalise(Parameter::Kind kind, Node* value) {
    if (kind == Parameter::KIND_FILE) return ReplaceFile(value);
    if (kind == Parameter::KIND_FILES) {
      for (Node& item : value->items) MOTE_RETURN_IF_ERROR(ReplaceFile(&item));
    }
    if (kind == Parameter::KIND_OBJECT) *value = ExpandBareWord(std::move(*value));
    if (kind == Parameter::KIND_OBJECT || kind == Parameter::KIND_MODEL || kind == Parameter::KIND_ANY) {
      return ReplaceNested(value);
    }
    return absl::OkStatus();
  }

  // `{path: x}` or `x` itself.
  absl::Status ReplaceFile(Node* value) {
    const Node::Entry* path = value->Find("path");
    const Node& named = path != nullptr ? path->value : *value;
    if (!named.IsText()) return absl::OkStatus();  // {artifact: …}, or a mistake that the coordinator tells
    const std::string name = std::filesystem::path(named.text).filename().string();
    const Place place = named.place;
    MOTE_ASSIGN_OR_RETURN(const std::string artifact, Put(named.text, place));
    Node replaced = MakeMap(value->place);
    replaced.entries.push_back({"artifact", place, MakeText(place, artifact)});
    replaced.entries.push_back({"name", place, MakeText(place, name)});
    *value = std::move(replaced);
    return absl::OkStatus();
  }

  absl::Status ReplaceNested(Node* value) {
    const Node::Entry* path = value->Find("path");
    if (path != nullptr && path->value.IsText()) return ReplaceFile(value);
    for (Node& item : value->items) MOTE_RETURN_IF_ERROR(ReplaceNested(&item));
    for (Node::Entry& entry : value->entries) MOTE_RETURN_IF_ERROR(ReplaceNested(&entry.value));
    return absl::OkStatus();
  }

  // One file as it is may be a stage's parameter too: it is put once.
  absl::StatusOr<std::string> PutInputAt(const InputFiles& files, Place place) {
    if (files.paths.size() == 1 && !IsPacked(files.paths[0])) return PutResolved(files.paths[0], place);
    return Taken(put_input_(files), place);
  }

  absl::StatusOr<std::string> Taken(const absl::StatusOr<ArtifactRef>& artifact, Place place) {
    if (artifact.status().code() == absl::StatusCode::kInvalidArgument || absl::IsNotFound(artifact.status())) {
      problems_.Add(place, std::string(artifact.status().message()));
      return std::string();
    }
    MOTE_RETURN_IF_ERROR(artifact.status());
    return artifact->ToString();
  }

  // The artifact's text; empty after a problem was reported.
  absl::StatusOr<std::string> Put(const std::string& path, Place place) {
    return PutResolved(ResolvePath(job_.folder, path), place);
  }

  absl::StatusOr<std::string> PutResolved(const std::string& resolved, Place place) {
    const auto done = artifacts_.find(resolved);
    if (done != artifacts_.end()) return done->second;
    MOTE_ASSIGN_OR_RETURN(const std::string artifact, Taken(put_(resolved), place));
    if (!artifact.empty()) artifacts_[resolved] = artifact;
    return artifact;
  }

  const PutFile& put_;
  const PutInput& put_input_;
  JobFile& job_;
  Problems problems_;
  std::map<std::string, std::string> artifacts_;  // by resolved path
};

}  // namespace

absl::Status PutFiles(const v1::ListOperationsResponse& offered, const PutFile& put, const PutInput& put_input,
                      JobFile* job) {
  return FilePutter(put, put_input, job).Run(offered);
}

}  // namespace mote::client
