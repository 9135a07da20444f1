using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

// These tests hold bare descriptors, and some of them fork: until its execve, a child holds a copy of every descriptor
// that another test has open at that moment, and whoever waits for the end of a pipe does not see it yet.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
