# The project's words. What is longer than a few lines is a script under packaging/, Tests/Lab/ or Benchmarks/.

.PHONY: demo test simulate attack fuzz tsan asan lab bench lint format deb check protocol clean

# A coordinator and three agents on played machines: a whole rollout, nothing left behind.
demo:
	@packaging/demo.sh

# Builds everything and runs every test that needs no root.
test:
	@packaging/test.sh

# Rollouts with all that goes wrong, under SEEDS= seeds; SEED= plays one and shows it, FAULTS=1 shows that
# mistakes are caught.
simulate:
	@packaging/simulate.sh $(if $(SEED),--seed $(SEED),$(if $(FAULTS),--faults) --seeds $(or $(SEEDS),10000))

# Floods and idle connections on a real coordinator over loopback, and what they cost it.
attack:
	@Tests/Attack/run.sh

# Searches for bytes that crash, hang or bloat us: SECONDS= for each of the entries, or TARGET= alone.
fuzz:
	@packaging/fuzz.sh $(or $(SECONDS),600) $(TARGET)

# Looks for races of threads in the transport, under its tests.
tsan:
	@packaging/sanitize.sh thread

# Looks for misuse and leaks of memory where we call C, under its tests.
asan:
	@packaging/sanitize.sh address

# The packages on real Debian hosts with a WAN between them. Needs root.
lab:
	@Tests/Lab/run.sh

# The transport beside its peer, and a fleet of agents on one coordinator: one table. ONLY= for a part.
bench:
	@Benchmarks/run.sh

# What a reviewer need not look for.
lint:
	@packaging/lint.sh

# Rewrites the Swift files in the project's style.
format:
	@swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources

# dist/isthmus-agent_*.deb and dist/isthmus-coordinator_*.deb
deb:
	@packaging/deb/build.sh
	@lintian --allow-root --tag-display-limit 0 dist/*.deb

# All of it, as continuous integration does.
check:
	@.ci/run

# Rewrites Sources/Protocol/Generated from the .proto files.
protocol:
	@packaging/install-dependencies.sh protocol
	@packaging/protocol/generate.sh

clean:
	@rm -rf .build .build-fuzz .build-thread .build-address .venv dist Benchmarks/.build
