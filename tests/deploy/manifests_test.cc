// The manifests of deploy/: they fit each other and the programs. Where a renderer is
// installed (kubectl), what it renders is held to the same. Tests run in the root.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/deploy/manifest.h"
#include "tests/deploy/programs.h"
#include "tests/testing/process.h"

namespace mote::deploy {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kBase[] = "deploy/base";
constexpr char kGpu[] = "deploy/overlays/gpu";
constexpr int kPort = 7070;

std::vector<std::string> Listed(const std::string& folder, const std::string& what) {
  std::vector<std::string> files;
  for (const YAML::Node& entry : YAML::LoadFile(folder + "/kustomization.yaml")[what]) {
    files.push_back(entry.IsMap() ? entry["path"].as<std::string>() : entry.as<std::string>());
  }
  return files;
}

// All resources of the base, as the files have them.
std::vector<Manifest> BaseFiles() {
  std::vector<Manifest> all;
  for (const std::string& file : Listed(kBase, "resources")) {
    for (Manifest& manifest : LoadManifests(absl::StrCat(kBase, "/", file))) all.push_back(std::move(manifest));
  }
  return all;
}

void ExpectCoordinator(const Manifest& coordinator) {
  EXPECT_EQ(coordinator.program(), "mote-coordinator");
  const std::vector<std::string> arguments = coordinator.arguments();
  EXPECT_THAT(UnknownFlags(coordinator.program(), arguments), IsEmpty());
  EXPECT_EQ(ValueOf(arguments, "--listen"), absl::StrCat("0.0.0.0:", kPort));
  // Two coordinators never share a state, and its state survives the pod.
  EXPECT_EQ(coordinator.node()["spec"]["replicas"].as<int>(), 1);
  EXPECT_TRUE(LiesBelow(ValueOf(arguments, "--state-dir"), coordinator.mounts()));
  const YAML::Node claim = coordinator.node()["spec"]["volumeClaimTemplates"][0];
  EXPECT_EQ(claim["metadata"]["name"].as<std::string>(),
            coordinator.container()["volumeMounts"][0]["name"].as<std::string>());
  for (const char* probe : {"startupProbe", "readinessProbe", "livenessProbe"}) {
    EXPECT_EQ(coordinator.container()[probe]["grpc"]["port"].as<int>(0), kPort) << probe << " asks for gRPC health";
  }
  EXPECT_TRUE(coordinator.node()["spec"]["template"]["spec"]["securityContext"]["runAsNonRoot"].as<bool>());
}

void ExpectWorker(const Manifest& worker, const Manifest& service) {
  EXPECT_EQ(worker.program(), "mote-worker");
  const std::vector<std::string> arguments = worker.arguments();
  EXPECT_THAT(UnknownFlags(worker.program(), arguments), IsEmpty());
  EXPECT_EQ(ValueOf(arguments, "--coordinator"),
            absl::StrCat(service.name(), ":", service.node()["spec"]["ports"][0]["port"].as<int>()));
  EXPECT_TRUE(LiesBelow(ValueOf(arguments, "--store-dir"), worker.mounts()));
  EXPECT_TRUE(worker.node()["spec"]["template"]["spec"]["securityContext"]["runAsNonRoot"].as<bool>());
}

// What `kubectl kustomize FOLDER` prints; empty: there is no kubectl that can.
std::string Render(const std::string& folder) {
  const std::string dir = testing::MakeTempDir();
  const testing::Outcome rendered = testing::Run({"/usr/bin/env", "kubectl", "kustomize", folder}, dir);
  std::filesystem::remove_all(dir);
  const bool too_old = rendered.err.find("unknown field \"labels\"") != std::string::npos;  // Debian 12's
  if (rendered.exit_code == 127 || too_old) return "";
  EXPECT_EQ(rendered.exit_code, 0) << rendered.err;
  return rendered.out;
}

TEST(Kustomization, ListsFilesThatExist) {
  for (const char* folder : {kBase, kGpu}) {
    for (const char* what : {"resources", "patches"}) {
      for (const std::string& file : Listed(folder, what)) {
        EXPECT_TRUE(std::filesystem::exists(absl::StrCat(folder, "/", file))) << folder << " lists " << file;
      }
    }
  }
  EXPECT_THAT(Listed(kBase, "resources"), Not(IsEmpty()));
  EXPECT_THAT(Listed(kGpu, "patches"), Not(IsEmpty()));
}

TEST(Base, CoordinatorHasAVolumeProbesAndFlagsThatExist) {
  ExpectCoordinator(Find(BaseFiles(), "StatefulSet", "mote-coordinator"));
}

TEST(Base, WorkersReachTheCoordinatorsService) {
  const std::vector<Manifest> base = BaseFiles();
  const Manifest& service = Find(base, "Service", "mote-coordinator");
  ExpectWorker(Find(base, "Deployment", "mote-worker"), service);
  const YAML::Node selector = service.node()["spec"]["selector"];
  const YAML::Node labels =
      Find(base, "StatefulSet", "mote-coordinator").node()["spec"]["template"]["metadata"]["labels"];
  for (const auto& entry : selector) {
    const auto key = entry.first.as<std::string>();
    EXPECT_EQ(labels[key].as<std::string>(""), entry.second.as<std::string>()) << key;
  }
}

TEST(GpuOverlay, PatchesTheBasesWorkers) {
  const std::vector<Manifest> base = BaseFiles();
  const Manifest& worker = Find(base, "Deployment", "mote-worker");
  const std::vector<Manifest> patch = LoadManifests(absl::StrCat(kGpu, "/", Listed(kGpu, "patches").at(0)));
  const Manifest& patched = Find(patch, "Deployment", "mote-worker");
  EXPECT_EQ(patched.container()["name"].as<std::string>(), worker.container()["name"].as<std::string>());
  EXPECT_THAT(UnknownFlags(worker.program(), patched.arguments()), IsEmpty());
  EXPECT_THAT(ValueOf(patched.arguments(), "--device"), HasSubstr("cuda"));
  EXPECT_EQ(ValueOf(patched.arguments(), "--coordinator"), ValueOf(worker.arguments(), "--coordinator"));
  EXPECT_EQ(patched.container()["resources"]["limits"]["nvidia.com/gpu"].as<std::string>(), "1");
}

TEST(Rendered, BaseAndGpuOverlayHoldTheSame) {
  for (const char* folder : {kBase, kGpu}) {
    const std::string text = Render(folder);
    if (text.empty()) GTEST_SKIP() << "no kubectl that can render: the files alone were checked";
    const std::vector<Manifest> all = ParseManifests(text);
    const Manifest& service = Find(all, "Service", "mote-coordinator");
    ExpectCoordinator(Find(all, "StatefulSet", "mote-coordinator"));
    const Manifest& worker = Find(all, "Deployment", "mote-worker");
    ExpectWorker(worker, service);
    const bool gpu = std::string(folder) == kGpu;
    EXPECT_EQ(ValueOf(worker.arguments(), "--device"), gpu ? "cuda:0" : "cpu");
    EXPECT_EQ(worker.container()["resources"]["limits"]["nvidia.com/gpu"].IsDefined(), gpu);
    for (const Manifest& manifest : all) {
      if (manifest.kind() == "Namespace") continue;
      EXPECT_EQ(manifest.node()["metadata"]["namespace"].as<std::string>(""), "mote") << manifest.kind();
    }
  }
}

TEST(UnknownFlags, AFlagThatAProgramLostIsNoticed) {
  EXPECT_THAT(UnknownFlags("mote-worker", {"--slots", "2", "--colour"}), ::testing::ElementsAre("--colour"));
  EXPECT_THAT(UnknownFlags("mote-nothing", {"--slots"}), ::testing::ElementsAre("--slots"));
}

}  // namespace
}  // namespace mote::deploy
