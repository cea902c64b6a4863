// Kubernetes manifests, as far as our tests read them.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

namespace mote::deploy {

// One resource: a Deployment, a StatefulSet, a Service, …
class Manifest {
 public:
  explicit Manifest(YAML::Node node) : node_(std::move(node)) {}

  std::string kind() const { return Text(node_["kind"]); }
  std::string name() const { return Text(node_["metadata"]["name"]); }
  const YAML::Node& node() const { return node_; }

  // Of the pods that it makes: the only container.
  YAML::Node container() const { return node_["spec"]["template"]["spec"]["containers"][0]; }
  // "mote-worker", from `command`.
  std::string program() const { return Text(container()["command"][0]); }
  std::vector<std::string> arguments() const;
  // Where volumes are mounted.
  std::vector<std::string> mounts() const;

 private:
  static std::string Text(const YAML::Node& node) { return node.IsDefined() ? node.as<std::string>("") : ""; }

  YAML::Node node_;
};

// The resources of a file or of what a renderer printed.
std::vector<Manifest> ParseManifests(const std::string& text);
std::vector<Manifest> LoadManifests(const std::string& path);
// Dies when there is not exactly one of that kind and name.
const Manifest& Find(const std::vector<Manifest>& manifests, const std::string& kind, const std::string& name);

// True if `path` is one of `folders` or lies below one.
bool LiesBelow(const std::string& path, const std::vector<std::string>& folders);

}  // namespace mote::deploy
