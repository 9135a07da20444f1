using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;

namespace MetaMcp.Init.Tests;

/// <summary>
/// What the runtime opens when it first needs it, and keeps open: the files of assemblies, the epoll of its sockets, the pipe by which
/// it learns of children. Such a first time in the middle of a test would count as a leak of the test. And where no descriptor is free
/// just then, the runtime remembers its failure for good: a later test does not find the assembly.
/// </summary>
internal static class WholeRuntime
{
    private static readonly Lazy<bool> Opened = new(() =>
    {
        LoadAssemblies();
        using (var process = Process.Start("/bin/true"))
            process.WaitForExit();
        UseSocket();
        return true;
    });

    public static void Open() => Assert.True(Opened.Value);

    /// <summary>All sockets of the process share one epoll, made by the first that waits.</summary>
    private static void UseSocket()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        client.ConnectAsync((IPEndPoint)listener.LocalEndpoint).GetAwaiter().GetResult();
    }

    private static void LoadAssemblies()
    {
        var known = new HashSet<string>();
        var open = new Queue<Assembly>(AppDomain.CurrentDomain.GetAssemblies());
        while (open.TryDequeue(out var assembly))
            foreach (var name in assembly.GetReferencedAssemblies())
                if (known.Add(name.FullName))
                    try
                    {
                        open.Enqueue(Assembly.Load(name));
                    }
                    catch (FileNotFoundException)
                    {
                        // Some parts of the test platform name others that are not there.
                    }
    }
}
