using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

// Each test is a tree of processes; with more tests at once, deadlines would mean nothing.
[assembly: Xunit.v3.Parallelization(MaxThreads = 3)]
