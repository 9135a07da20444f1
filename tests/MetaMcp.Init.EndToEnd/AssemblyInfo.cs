using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

// Each test is a tree of processes of its own; more of them at once than this only makes deadlines meaningless.
[assembly: Xunit.v3.Parallelization(MaxThreads = 3)]
