// servicenow-rest-api: an incident's life over https.
const assert = require("node:assert");
const ServiceNow = require(`${process.env.CLIENT_FOLDER}/node_modules/servicenow-rest-api`);

const instance = new ServiceNow(new URL(process.env.TICKETLAB_TLS_URL).host, "admin", "admin");
const answered = (call) =>
  new Promise((resolve, reject) => call((answer) => (answer instanceof Error ? reject(answer) : resolve(answer))));

(async () => {
  const data = { short_description: "by node", urgency: "2" };
  const made = await answered((done) => instance.createNewTask(data, "incident", done));
  assert.match(made.number, /^INC\d+$/);
  const fields = ["number", "short_description", "urgency"];
  const filters = [`number=${made.number}`, "active=true"];
  const [found] = await answered((done) => instance.getTableData(fields, filters, "incident", done));
  assert.deepStrictEqual(found, { number: made.number, short_description: "by node", urgency: "2 - Medium" });
  const sysId = await answered((done) => instance.getSysId("incident", made.number, done));
  assert.strictEqual(sysId, made.sys_id);
  const change = { short_description: "by node, too" };
  const changed = await answered((done) => instance.UpdateTask("incident", made.number, change, done));
  assert.strictEqual(changed.short_description, "by node, too");
  const gone = await answered((done) => instance.DeleteTask("incident", made.number, done));
  assert.strictEqual(gone.status, 204);
  const none = await answered((done) => instance.getTableData(fields, filters, "incident", done));
  assert.deepStrictEqual(none, []);
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
