using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace MetaMcp.Init.Tests.Unwrapping;

/// <summary>A registry of npm with one package, on a port of this machine: it prints its arguments and environment.</summary>
internal sealed class SmallRegistry : IDisposable
{
    public const string Package = "@small/says-it";

    private const string Program = "#!/usr/bin/env node\nconsole.log(JSON.stringify({ argv: process.argv, env: process.env }))\n";

    private readonly HttpListener listener = new();
    private readonly byte[] tarball;

    public SmallRegistry(string version)
    {
        Version = version;
        tarball = Pack(Manifest());
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
        }
        listener.Prefixes.Add(Address + "/");
        listener.Start();
        _ = Serve();
    }

    public string Version { get; }

    public string Address { get; }

    public void Dispose() => listener.Close();

    private async Task Serve()
    {
        try
        {
            while (await listener.GetContextAsync() is var context)
            {
                // What npm asks of others, and advice about security, this registry does not have.
                if (!context.Request.RawUrl!.StartsWith("/@small", StringComparison.Ordinal))
                    context.Response.StatusCode = 404;
                var isTarball = context.Request.RawUrl.EndsWith(".tgz", StringComparison.Ordinal);
                var answer = isTarball ? tarball : Encoding.UTF8.GetBytes(Packument());
                context.Response.ContentType = isTarball ? "application/octet-stream" : "application/json";
                await context.Response.OutputStream.WriteAsync(answer);
                context.Response.Close();
            }
        }
        catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private string Manifest(string more = "") =>
        $$"""{"name":"{{Package}}","version":"{{Version}}","bin":{"says-it":"index.js"},"license":"MIT"{{more}}}""";

    private string Packument()
    {
        var hash = Convert.ToBase64String(SHA512.HashData(tarball));
        var dist = $$""","dist":{"tarball":"{{Address}}/@small/says-it.tgz","integrity":"sha512-{{hash}}"}""";
        return $$$"""{"name":"{{{Package}}}","dist-tags":{"latest":"{{{Version}}}"},"versions":{"{{{Version}}}":{{{Manifest(dist)}}}}}""";
    }

    private static byte[] Pack(string manifest)
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Fastest))
        using (var tar = new TarWriter(zip, TarEntryFormat.Ustar))
        {
            foreach (var (name, text) in (ReadOnlySpan<(string, string)>)[("package.json", manifest), ("index.js", Program)])
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "package/" + name)
                {
                    Mode = (UnixFileMode)0x1ED, DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
                });
        }
        return packed.ToArray();
    }
}
