import { DefaultAzureCredential, SecretClient } from "keyfob";

const client = new SecretClient(process.env.KEYVAULT_URL, new DefaultAzureCredential());
try {
  const { value } = await client.getSecret("secret-a");
  console.log(`${value.length} characters`);
} catch (error) {
  console.log(error.message);
  process.exitCode = 1;
}
