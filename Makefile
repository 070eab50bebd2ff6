# The project's words. What is longer than a few lines is a script under packaging/, Tests/Lab/ or Benchmarks/.

.PHONY: demo test lab bench lint format deb check protocol clean

# A coordinator and three agents on played machines: a whole rollout, nothing left behind.
demo:
	@packaging/demo.sh

# Builds everything and runs every test that needs no root.
test:
	@packaging/test.sh

# The packages on real Debian hosts with a WAN between them. Needs root.
lab:
	@Tests/Lab/run.sh

# The transport beside its peer: one table of ratios. ONLY=unary|streams|handshakes|idle for a part.
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
	@rm -rf .build .venv dist Benchmarks/.build
