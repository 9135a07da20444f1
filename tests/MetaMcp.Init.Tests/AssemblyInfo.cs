using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

// These tests hold bare descriptors, and some of them fork. Until its execve, a child holds a copy of every descriptor that another test
// has open at that moment, and a test that waits for the end of such a pipe would wait for the child.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
